import { describe, expect, it } from "vitest";
import { leavingRegions } from "./leaving-regions";

const shard = (region: string, isConfigured = true) => ({ region, isConfigured });
const stateOf = ({ region }: { readonly region: string }) => ({
  resources: [0, 1].map((index) => ({
    urn: `urn:pulumi:net.${region}::chainfleet::kubernetes:apps/v1:StatefulSet::${region}-validator-${index}`,
    type: "kubernetes:apps/v1:StatefulSet",
    custom: true,
  })),
});
const shards = (counts: Readonly<Record<string, number>>) => ({
  shards: Object.fromEntries(
    Object.entries(counts).map(([region, count]) => [region, { validators: Array(count).fill("0x1") }]),
  ),
});
const names = (regions: readonly { readonly region: string }[]) => regions.map(({ region }) => region);

describe("what leaves the stacks of regions", () => {
  it("are validators that the network's stack does not give their region any more", () => {
    const outputs = shards({ eu: 1, us: 2, asia: 3 });
    expect(
      names(
        leavingRegions(
          outputs,
          ["eu", "us", "asia"].map((name) => shard(name)),
          stateOf,
        ),
      ),
    ).toEqual(["eu"]);
  });

  it("is a removed region once the network's stack does not know it any more, and not before", () => {
    expect(leavingRegions(shards({ eu: 2, us: 2 }), [shard("eu"), shard("us", false)], stateOf)).toEqual([]);
    expect(names(leavingRegions(shards({ eu: 2 }), [shard("eu"), shard("us", false)], stateOf))).toEqual([
      "us",
    ]);
  });

  it("is nothing as long as the network's stack says nothing, or not all of it", () => {
    expect(leavingRegions({}, [shard("eu"), shard("us", false)], stateOf)).toEqual([]);
    expect(leavingRegions({ shards: { eu: {} } }, [shard("eu")], stateOf)).toEqual([]);
  });
});
