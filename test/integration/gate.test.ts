import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import type { ConfigChange, KubernetesObject } from "../support/checkout";
import { DevNetwork } from "./dev/dev-network";

/**
 * What takes validators down or loses their data passes the gate or is refused before anything is touched. The tests run in
 * this order on one living network.
 */
describe("a living network of ten validators", () => {
  const network = new DevNetwork();
  const { checkout } = network;
  const REGIONS = "chainfleet:regions";
  const regions: readonly object[] = parse(readFileSync(join(PROJECT_ROOT, "Pulumi.dev.yaml"), "utf8"))
    .config[REGIONS];

  /** The dev config without contracts, and with the changes. */
  const configure = (...changes: readonly ConfigChange[]) => {
    checkout.restoreConfig();
    checkout.configure(
      { path: ["chainfleet:stack"], value: "network" },
      { path: ["chainfleet:contracts"], value: undefined },
      ...changes,
    );
  };

  const preview = () => network.pulumi("preview");

  /** Asserts that preview and `up` refuse the config with the texts, and that nothing is changed. */
  const expectRefused = async (...texts: readonly string[]) => {
    const cloudBefore = (await checkout.cloudResources()).length;
    const previewed = await preview();
    expect(previewed.code).not.toBe(0);
    const up = await network.up();
    expect(up.code).toBe(1);
    for (const text of texts) {
      expect(previewed.output).toContain(text);
      expect(up.output).toContain(text);
    }
    expect(up.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect((await checkout.cloudResources()).length).toBe(cloudBefore);
    expect(await network.readyPodsByRole()).toEqual({ validator: 10, rpc: 5 });
  };

  const objects = async (path: string): Promise<KubernetesObject[]> =>
    (await checkout.objects(path)).filter(({ metadata }) => metadata.namespace?.startsWith("chain138-"));

  const staticNodes = async () =>
    (await objects("api/v1/configmaps"))
      .filter(({ metadata }) => metadata.name === "static-nodes")
      .map(({ data }) => JSON.parse(data["static-nodes.json"]).length);

  beforeAll(async () => {
    configure();
    await checkout.onTarget("true").finished;
  });
  beforeEach(() => configure());
  afterAll(() => checkout.close());

  it("starts in all other regions when one address fails, and the next up adds the rest", async () => {
    await checkout.setFaults([
      {
        match: { type: "aws:ec2/eip:Eip", name: "us-west-2-validator-1-address", operation: "create" },
        action: "error",
        code: "AddressLimitExceeded",
        message: "The maximum number of addresses has been reached.",
      },
    ]);
    const failed = await network.up();
    expect(failed.code).toBe(1);
    expect(failed.summary.regions.map(({ name, result }) => [name, result])).toEqual([
      ["eastus", "succeeded"],
      ["westeurope", "succeeded"],
      ["southeastasia", "succeeded"],
      ["us-west-2", "failed"],
      ["onprem", "succeeded"],
    ]);
    expect(failed.summary.regions[3]?.error).toContain("AddressLimitExceeded");
    expect((await network.readyPodsByRole()).validator).toBeGreaterThanOrEqual(8);
    expect(new Set(await staticNodes())).toEqual(new Set([9]));
    expect((await checkout.outputs()).chain.validators).toHaveLength(10);

    await checkout.setFaults([]);
    const completed = await network.up();
    expect(completed.code, completed.stderr).toBe(0);
    expect(await network.readyPodsByRole()).toEqual({ validator: 10, rpc: 5 });
    expect(await staticNodes()).toEqual([10, 10, 10, 10, 10]);
  });

  it("does nothing at the next up", async () => {
    expect(await network.previewedChanges()).toEqual([]);
  });

  it("keeps its quorum: 4 of 10 validators, which could not vote the others out, are refused", async () => {
    configure({ path: [REGIONS], value: regions.slice(3) });
    await expectRefused(
      "QUORUM_LOST",
      "4 of 10 validators would stay, and 6 must vote before the others can leave",
      "eastus-validator-0, eastus-validator-1, westeurope-validator-0, westeurope-validator-1, southeastasia-validator-0 and",
    );
  });

  it("keeps its disks, its clusters, its name and its pools", async () => {
    configure(
      { path: [REGIONS, 4, "storageClass"], value: "fast" },
      { path: [REGIONS, 0, "cidr"], value: "10.200.0.0/16" },
      { path: ["chainfleet:besu", "validator", "storage"], value: "10Gi" },
    );
    await expectRefused(
      "STORAGE_CLASS_FIXED: storageClass of the region onprem is fast",
      "REGION_FIXED: cidr of the region eastus is 10.200.0.0/16",
      "STORAGE_CANNOT_SHRINK: besu.validator.storage is 10Gi",
    );
    configure({ path: ["chainfleet:network", "name"], value: "chain139" });
    await expectRefused("NETWORK_NAME_FIXED: network.name is chain139");
    configure(
      ...[0, 1, 2].map((index) => ({
        path: [REGIONS, index, "validatorVmSize"],
        value: "Standard_D8s_v5",
      })),
    );
    await expectRefused(
      "chainfleet:regions[0] has validatorVmSize Standard_D8s_v5",
      "chainfleet:regions[2] has validatorVmSize Standard_D8s_v5",
    );
  });

  it("gets other machines on AWS through the gate, without the replacement of a group", async () => {
    configure({ path: [REGIONS, 3, "validatorInstanceType"], value: "m6i.2xlarge" });
    const changes = await network.previewedChanges();
    expect(changes.sort()).toEqual([
      ["update", "us-west-2-validator-nodes-0"],
      ["update", "us-west-2-validator-nodes-1"],
      ["update", "us-west-2-validator-template"],
    ]);
    const previewed = await preview();
    expect(previewed.output).toContain(
      "will restart: the validators of us-west-2-validator-nodes-0, us-west-2-validator-nodes-1, whose Kubernetes nodes are updated; one at a time",
    );
    const up = await network.up();
    expect(up.code, up.stderr).toBe(0);
    expect(up.summary.changes).toMatchObject({ update: 3, replace: 0, delete: 0 });
    expect(await network.readyPodsByRole()).toEqual({ validator: 10, rpc: 5 });
    configure();
    expect((await network.up()).code).toBe(0);
  });

  it("tells which validators restart for which image, in which order, and what is left of the quorum", async () => {
    configure({ path: ["chainfleet:besu", "image"], value: "hyperledger/besu:26.8.1" });
    expect((await preview()).output.replaceAll(/\s+/g, " ")).toContain(
      "will restart: 10 validators (hyperledger/besu:26.8.1 in place of hyperledger/besu:26.9.0); one at a time, each when the " +
        "one before is ready, in the order eastus, westeurope, southeastasia, us-west-2, onprem. Meanwhile 9 of 10 votes " +
        "remain, and 7 make the quorum: 2 more may fail.",
    );
  });

  it("gets larger volumes where they are, one region after another", async () => {
    const rpcSets = async () =>
      (await objects("apis/apps/v1/statefulsets"))
        .filter(({ metadata }) => metadata.name === "rpc")
        .map(({ metadata }) => metadata.uid)
        .sort();
    const before = await rpcSets();
    configure(
      { path: ["chainfleet:besu", "rpc", "storage"], value: "200Gi" },
      { path: ["chainfleet:besu", "validator", "storage"], value: "300Gi" },
    );
    const changes = await network.previewedChanges();
    expect(new Set(changes.map(([op]) => op))).toEqual(new Set(["update"]));
    expect(changes).toHaveLength(15);
    const up = await network.up();
    expect(up.code, up.stderr).toBe(0);
    expect(up.summary.changes).toMatchObject({ create: 0, update: 15, replace: 0, delete: 0 });
    expect(await rpcSets()).toEqual(before);
    const claims = await objects("api/v1/persistentvolumeclaims");
    expect(
      claims.map(({ metadata, status }) => [metadata.name.includes("rpc"), status.capacity.storage]).sort(),
    ).toEqual([
      ...Array.from({ length: 10 }, () => [false, "300Gi"]),
      ...Array.from({ length: 5 }, () => [true, "200Gi"]),
    ]);
    expect(await network.previewedChanges()).toEqual([]);
  });

  it("exchanges a region for another: the new validators are voted in, then the others out", async () => {
    const larger = [
      { path: ["chainfleet:besu", "rpc", "storage"], value: "200Gi" },
      { path: ["chainfleet:besu", "validator", "storage"], value: "300Gi" },
    ];
    const others = [0, 1, 2, 4].map((index) => regions[index]);
    const uksouth = { cloud: "azure", name: "uksouth", validators: 2, rpcNodes: 1 };
    configure({ path: [REGIONS], value: [...others, uksouth] }, ...larger);
    const previewed = await preview();
    expect(previewed.code, previewed.output).toBe(0);
    expect(previewed.output.replaceAll(/\s+/g, " ")).toContain(
      "will vote in: uksouth-validator-0 and uksouth-validator-1; then out: us-west-2-validator-0 and us-west-2-validator-1",
    );
    const up = await network.recordOutput(await checkout.chainfleet("up", "--stack", "dev").finished);
    expect(up.code, up.output).toBe(0);
    const { chain, regions: created } = await checkout.outputs();
    expect(chain).toMatchObject({ quorum: 7, tolerance: 3, lostValidators: [] });
    expect(chain.validators).toHaveLength(10);
    expect(created.map(({ votes }: { readonly votes: number }) => votes)).toEqual([2, 2, 2, 2, 2]);

    // What a run added is remembered, although the run changed nothing else about the chain.
    configure({ path: [REGIONS], value: [...others, { ...uksouth, cidr: "10.200.0.0/16" }] }, ...larger);
    expect((await preview()).output).toContain("REGION_FIXED: cidr of the region uksouth is 10.200.0.0/16");
  });
});
