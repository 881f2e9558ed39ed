import { expect, it } from "vitest";
import type { DevNetwork } from "./dev-network";

const meshes = ["eastus", "onprem", "southeastasia", "us-west-2", "westeurope"].map(
  (region) => `${region}-static-nodes`,
);

/** What a change of the regions changes, in the preview and in the network. */
export function testPreviewsAndRegions(network: DevNetwork): void {
  const { checkout } = network;

  it("previews a change of one region's RPC nodes as a change of that region only", async () => {
    checkout.configure({ path: ["chainfleet:regions", 1, "rpcNodes"], value: 3 });
    expect(await network.previewedChanges()).toEqual([["update", "westeurope-rpc"]]);
    checkout.restoreConfig();
  });

  it("adds a region by creating its resources, updating the mesh in all regions and voting, and nothing else", async () => {
    checkout.configure({
      path: ["chainfleet:regions", 5],
      value: { cloud: "azure", name: "uksouth", validators: 2, rpcNodes: 1 },
    });
    const changes = await network.previewedChanges();
    const inNewRegion = changes.filter(([, name]) => name.startsWith("uksouth"));
    const elsewhere = changes.filter(([, name]) => !name.startsWith("uksouth"));
    expect(elsewhere.sort()).toEqual([
      ["create", "chain138-validators"],
      ...["chain", ...meshes].map((name) => ["update", name]),
    ]);
    expect(inNewRegion.every(([op]) => op === "create")).toBe(true);

    const before = await checkout.outputs();
    const up = await network.up();
    expect(up.code, up.stderr).toBe(0);
    const after = await checkout.outputs();
    expect(after.chain).toMatchObject({ genesisHash: before.chain.genesisHash, quorum: 8, tolerance: 4 });
    expect(after.regions.at(-1)).toMatchObject({ name: "uksouth", cloud: "azure", votes: 2 });
    expect(after.chain.validators).toEqual(
      [...before.chain.validators, ...after.regions.at(-1).validators].sort(),
    );
    expect(await network.readyPodsByRole()).toEqual({ validator: 12, rpc: 6 });
  });

  it("removes a region without changing the genesis or the volumes of the remaining regions", async () => {
    const before = await checkout.outputs();
    checkout.restoreConfig();
    const up = await network.up();
    expect(up.code, up.stderr).toBe(0);
    const { chain, regions } = await checkout.outputs();
    expect(chain).toMatchObject({ genesisHash: before.chain.genesisHash, quorum: 7, tolerance: 3 });
    expect(chain.validators).toEqual(
      regions.flatMap(({ validators }: { readonly validators: readonly string[] }) => validators).sort(),
    );
    // The mesh of each region, the count of changes of the validators, and the chain's validators.
    expect(up.summary.changes).toMatchObject({ create: 0, update: 7, replace: 0 });
    expect((await checkout.cloudResources()).filter(({ id }) => id.includes("uksouth"))).toEqual([]);
  });
}
