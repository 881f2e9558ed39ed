import { describe, expect, it } from "vitest";
import type { RegionConfig } from "../config/schema";
import { regionsBefore } from "./regions-held";
import { regionNodesIn } from "./stack-outputs";

const region = (name: string, validators: number) =>
  ({ cloud: "kubernetes", name, validators, rpcNodes: 0, kubeconfig: "kubeconfig" }) as RegionConfig;

describe("the regions that the network's stack had", () => {
  it("are those that it has recorded", () => {
    const held = [region("eu", 2), region("us", 1)];
    expect(regionsBefore([region("eu", 1)], { heldRegions: held })).toEqual(held);
  });

  it("are those of the config in a state of a release that recorded none, with the number of validators that they shared", () => {
    const outputs = { shards: { eu: { validators: ["0x1", "0x2"] } } };
    expect(regionsBefore([region("eu", 1), region("us", 1)], outputs)).toEqual([
      region("eu", 2),
      region("us", 1),
    ]);
    expect(() => regionsBefore([region("us", 1)], outputs)).toThrow(/^REGION_RECORD_MISSING.*\beu\b/s);
  });
});

describe("the nodes of a region, as the outputs of its stack have them", () => {
  const access = { eu: { kubeconfig: "{}", namespace: "net-eu" } };

  it("are reached once the cluster is there, and complete once every node is", () => {
    const outputs = { regions: [{ name: "eu", validators: ["0x1"] }], access, revisions: { eu: "1f" } };
    expect(regionNodesIn(outputs, "eu")).toEqual({ validators: ["0x1"], access: access.eu, revision: "1f" });
    const { revisions: _, ...unfinished } = outputs;
    expect(regionNodesIn(unfinished, "eu").revision).toBeUndefined();
  });

  it("are unknown in a stack that was never run", () => {
    expect(regionNodesIn({}, "eu")).toEqual({ validators: [], access: undefined, revision: undefined });
  });
});
