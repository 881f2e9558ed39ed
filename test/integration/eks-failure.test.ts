import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { configureRegions, type TestRegion } from "../support/location-networks";

/** https://github.com/eksctl-io/eksctl/issues/817: a location without capacity for a control plane. */
const regions: readonly TestRegion[] = [
  { cloud: "aws", location: "eu-west-1", validators: 2, rpcNodes: 1 },
  { cloud: "aws", location: "eu-central-1", validators: 2, rpcNodes: 1 },
  { cloud: "azure", location: "northeurope", validators: 2, rpcNodes: 1 },
];

describe("an EKS cluster that cannot be created", () => {
  const checkout = new Checkout(0.002, 13);

  beforeAll(() => configureRegions(checkout, regions));
  afterAll(() => checkout.close());

  it("is one error of one region, and the others are finished", async () => {
    await checkout.onTarget("true").finished;
    await checkout.setFaults([
      {
        match: { type: "aws:eks/cluster:Cluster", location: "eu-west-1", operation: "create" },
        action: "error",
        code: "UnsupportedAvailabilityZoneException",
        message: "no capacity for a control plane",
      },
    ]);
    const { code, stderr, summary } = await checkout.up();
    expect(code).toBe(1);
    expect(summary.regions.map(({ name, result }) => [name, result])).toEqual([
      ["eu-west-1", "failed"],
      ["eu-central-1", "succeeded"],
      ["northeurope", "succeeded"],
    ]);
    expect(summary.errors).toEqual([]);
    const [failed, ...others] = summary.regions;
    expect(failed?.error?.match(/no capacity for a control plane/g)).toHaveLength(1);
    expect(others.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(`${stderr}${JSON.stringify(summary)}`).not.toMatch(/TypeError|KUBECONFIG_UNREADABLE|credentials/);

    await checkout.setFaults([]);
    const completed = await checkout.up();
    expect(completed.code, completed.stderr).toBe(0);
  });
});
