import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchQuotaProblems, QUOTAS, quotaDemands, quotaProblem } from "./aws-quotas";

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

describe("the quotas of an account", () => {
  afterEach(() => vi.restoreAllMocks());

  /** @param quotaValue the value of a quota by its code. Throws if the caller may not read the quota. */
  const problems = async (quotaValue: (quotaCode: string) => number) => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: ({ token, inputs }) =>
        token === "aws:ec2/getInstanceType:getInstanceType"
          ? { defaultVcpus: vcpus(inputs.instanceType) }
          : { value: quotaValue(inputs.quotaCode) },
    });
    const provider = new aws.Provider("eu-west-1", { region: "eu-west-1" });
    return fetchQuotaProblems({ ...region, name: "eu-west-1", location: "eu-west-1" }, provider);
  };

  it("are asked for before anything is created, and each that is too small is a problem", async () => {
    const defaults: Record<string, number> = {
      [QUOTAS.elasticIps.quotaCode]: 5,
      [QUOTAS.standardVcpus.quotaCode]: 5,
      [QUOTAS.vpcs.quotaCode]: 5,
      [QUOTAS.networkLoadBalancers.quotaCode]: 50,
    };
    expect(await problems((quotaCode) => defaults[quotaCode] ?? 0)).toEqual([
      expect.stringMatching(/^needs 6 of the quota "EC2-VPC Elastic IPs" in eu-west-1 .* which is 5;/),
      expect.stringMatching(/^needs 48 of the quota "Running On-Demand Standard .* which is 5;/),
    ]);
    expect(await problems(() => 1000)).toEqual([]);
  });

  it("are no problem if the caller may not read them, which is a warning", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const denied = () => {
      throw Object.assign(new Error("not authorized"), { details: "not authorized" });
    };
    expect(await problems(denied)).toEqual([]);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^Region eu-west-1: not compared .* servicequotas:GetServiceQuota/,
    );
  });
});
