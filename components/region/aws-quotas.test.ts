import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUOTAS, quotaDemands, quotaProblem } from "./aws-quotas";

const region = { validators: 5, systemInstanceType: "m6i.xlarge", validatorInstanceType: "m6i.2xlarge" };
const vcpus = (type: string) => ({ "m6i.xlarge": 4, "m6i.2xlarge": 8 })[type];

describe("the quotas of an AWS region", () => {
  it("are compared with elastic IPs, vCPUs, VPCs and load balancers", () => {
    expect(quotaDemands(region, vcpus).map(({ quota, needed }) => [quota.quotaCode, needed])).toEqual([
      ["L-0263D0A3", 6],
      ["L-1216C47A", 48],
      ["L-F678F1CE", 1],
      ["L-69A177A2", 5],
    ]);
  });

  it("do not count vCPUs of instances that another quota limits, or of unknown types", () => {
    const [, cpus] = quotaDemands({ ...region, validatorInstanceType: "g5.xlarge" }, () => 4);
    expect(cpus?.needed).toBe(8);
    expect(quotaDemands(region, () => undefined)[1]?.needed).toBe(0);
  });

  it("are too small exactly if the region needs more, and the finding says what to ask for", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (needed, value) => {
        const problem = quotaProblem({ quota: QUOTAS.elasticIps, needed, reason: "r" }, "eu-west-1", value);
        expect(problem === undefined).toBe(needed <= value);
        expect(problem ?? "").toContain(
          problem === undefined ? "" : `--quota-code L-0263D0A3 --desired-value ${needed}`,
        );
      }),
    );
  });
});
