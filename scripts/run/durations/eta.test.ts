import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { Eta } from "./eta";
import { creationPlan, deletionPlan, previewPlan } from "./planned-operations";

const place = { cloud: "azure", location: "eastus" };
const placeOf = () => place;
const resource = (urn: string, ...dependencies: string[]) => ({ urn, type: urn, custom: true, dependencies });
const seconds: Readonly<Record<string, number>> = { network: 5, cluster: 60, node: 10, address: 20 };
const expected = ({ type }: { readonly type: string }) => ({
  ...{ seconds: seconds[type] ?? 0, source: "location" as const, samples: 1 },
});
const NETWORK = [
  resource("network"),
  resource("address", "network"),
  resource("cluster", "network"),
  resource("node", "cluster", "address"),
];
const event = (at: number, kind: keyof EngineEvent, urn: string, op = "create") => ({
  at: at * 1000,
  event: { [kind]: { metadata: { op, urn } } } as unknown as EngineEvent,
});

describe("the time that a run will still take", () => {
  it("follows the engine's events", () => {
    const eta = new Eta(creationPlan([], NETWORK, placeOf), expected);
    expect(eta.remaining(0)).toBe(75);
    eta.event(event(0, "resourcePreEvent", "network"));
    expect(eta.remaining(2000)).toBe(73);
    eta.event(event(4, "resOutputsEvent", "network"));
    eta.event(event(4, "resourcePreEvent", "cluster"));
    expect(eta.remaining(34_000)).toBe(40);
    // Longer than expected: what comes after the cluster is still to be done.
    expect(eta.remaining(500_000)).toBe(30);
    eta.event(event(500, "resOutputsEvent", "address"));
    eta.event(event(500, "resOpFailedEvent", "cluster"));
    expect(eta.remaining(500_000)).toBe(10);
    eta.event(event(500, "resOutputsEvent", "node", "same"));
    expect(eta.remaining(500_000)).toBe(0);
  });
});

describe("the planned operations", () => {
  it("of a down delete each resource after those that depend on it", () => {
    const plan = deletionPlan(NETWORK, placeOf);
    const names = (places: readonly number[]) => places.map((each) => plan[each]?.urn);
    expect(plan.map(({ op }) => op)).toEqual(["delete", "delete", "delete", "delete"]);
    expect(names(plan[0]?.dependencies ?? [])).toEqual(["address", "cluster"]);
    expect(names(plan[2]?.dependencies ?? [])).toEqual(["node"]);
    expect(new Eta(plan, expected).remaining(0)).toBe(75);
  });

  it("of an up create only what is not there", () => {
    const plan = creationPlan(NETWORK.slice(0, 3), NETWORK, placeOf);
    expect(plan.map(({ urn }) => urn)).toEqual(["node"]);
    expect(plan[0]?.dependencies).toEqual([]);
  });

  it("of a preview wait through resources that do not change, and deletions wait for everything else", () => {
    const plan = previewPlan(
      [
        { urn: "network", type: "network", op: "update" },
        { urn: "node", type: "node", op: "create" },
        { urn: "old", type: "node", op: "delete" },
      ],
      { before: [...NETWORK.slice(0, 3), resource("old", "cluster")], after: NETWORK },
      placeOf,
    );
    expect(plan[1]?.dependencies).toEqual([0]);
    expect(plan[2]?.waitsForAll).toBe(true);
    expect(new Eta(plan, expected).remaining(0)).toBe(25);
  });
});
