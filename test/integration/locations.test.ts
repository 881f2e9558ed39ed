import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steps } from "../../scripts/run/events";
import { nameOf } from "../../scripts/run/resource-names";
import { Checkout, type KubernetesObject } from "../support/checkout";
import { configureRegions, deploy, destroy, type TestRegion } from "../support/location-networks";

/**
 * AWS shows an account two zones of us-west-1, and one of the six zones of us-east-1 has no EKS. Azure's northcentralus has
 * no zones. The test of every location is in test/locations.
 */
const regions: readonly TestRegion[] = [
  { cloud: "aws", location: "us-west-1", validators: 3, rpcNodes: 1 },
  { cloud: "aws", location: "us-east-1", validators: 4, rpcNodes: 1 },
  { cloud: "azure", location: "northcentralus", validators: 2, rpcNodes: 1 },
];

describe("a network in three locations of two clouds", () => {
  const checkout = new Checkout(0.002, 11);
  const preview = () => checkout.pulumi("preview").finished;

  beforeAll(() => configureRegions(checkout, regions));
  afterAll(() => checkout.close());

  it("is refused before anything is created if it needs more than an account's quotas", async () => {
    const [first, ...others] = regions as [TestRegion, ...TestRegion[]];
    configureRegions(checkout, [{ ...first, validators: 7 }, ...others]);
    const { code, output } = await preview();
    configureRegions(checkout, regions);
    expect(code).not.toBe(0);
    expect(output).toContain(
      'chainfleet:regions[0] needs 8 of the quota "EC2-VPC Elastic IPs" in us-west-1 (one for each of 7 validators, one for the NAT gateway), which is 5',
    );
    expect(await checkout.cloudResources()).toEqual([]);
  });

  it("is refused before anything is created if AWS does not list a location's zones", async () => {
    const match = { type: "aws:index/getAvailabilityZones:*", location: "us-west-1" };
    await checkout.setFaults([{ match, action: "error", message: "not authorized" }]);
    const { code, output } = await preview();
    await checkout.setFaults([]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/AWS_ZONES_UNKNOWN: Region us-west-1: AWS did not list .* not authorized/);
  });

  it("is only warned of quotas that the caller may not read", async () => {
    const match = { type: "aws:servicequotas/getServiceQuota:*" };
    await checkout.setFaults([{ match, action: "error", message: "not authorized" }]);
    const { code, output } = await preview();
    await checkout.setFaults([]);
    expect(code, output).toBe(0);
    expect(output).toMatch(
      /Region us-east-1: not compared .* the quota "EC2-VPC Elastic IPs" .*not authorized/,
    );
  });

  it("is deployed, and is not changed by a second run or a refresh", () => deploy(checkout, regions));

  it("upgrades the nodes of AWS with their clusters, after the control plane", async () => {
    checkout.configure(
      { path: ["chainfleet:regions", 0, "kubernetesVersion"], value: "1.36" },
      { path: ["chainfleet:regions", 1, "kubernetesVersion"], value: "1.36" },
    );
    const up = await checkout.up();
    expect(up.code, up.stderr).toBe(0);
    const updated = steps(checkout.eventsOfLastRun())
      .filter(({ op }) => op === "update")
      .map(({ urn }) => nameOf(urn));
    for (const region of ["us-west-1", "us-east-1"]) {
      const indexOf = (name: string) => updated.indexOf(`${region}-${name}`);
      expect(indexOf("eks")).toBeGreaterThanOrEqual(0);
      expect(indexOf("system-nodes")).toBeGreaterThan(indexOf("eks"));
      expect(indexOf("validator-nodes-1")).toBeGreaterThan(indexOf("eks"));
    }
    await expect
      .poll(async () => {
        const nodes: KubernetesObject[] = await checkout.objects("api/v1/nodes");
        return nodes
          .filter(({ metadata }) => metadata.labels["eks.amazonaws.com/nodegroup"] !== undefined)
          .map(({ status }) => status.nodeInfo.kubeletVersion);
      })
      .toEqual(Array.from({ length: 11 }, () => "v1.36.0"));
  });

  it("is destroyed", () => destroy(checkout));
});
