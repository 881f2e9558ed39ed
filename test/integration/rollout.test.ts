import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dependenciesOf, type StateResource } from "../../scripts/engine/state";
import { nameOf } from "../../scripts/run/resource-names";
import { Checkout } from "../support/checkout";
import { configureRegions, type TestRegion } from "../support/location-networks";

/** Two waves: a region on each cloud, then two more. */
const regions: readonly TestRegion[] = [
  { cloud: "azure", location: "northcentralus", validators: 2, rpcNodes: 1 },
  { cloud: "aws", location: "eu-west-1", validators: 1, rpcNodes: 0 },
  { cloud: "azure", location: "uksouth", validators: 1, rpcNodes: 0 },
  { cloud: "azure", location: "westus2", validators: 1, rpcNodes: 1 },
];
const HEALTH = "chain138-wave-1-health";

describe("a rollout in two waves", () => {
  const checkout = new Checkout(0.002, 17);
  const results = (summary: {
    readonly regions: readonly { readonly name: string; readonly result: string }[];
  }) => Object.fromEntries(summary.regions.map(({ name, result }) => [name, result]));
  const resources = async () => (await checkout.state()).resources as readonly StateResource[];
  /** Whether a resource waits for another in the state, directly or indirectly. Components have the same names. */
  const waits = async (later: string, earlier: string) => {
    const all = (await resources()).filter(({ custom }) => custom);
    const byName = (name: string) => all.find(({ urn }) => nameOf(urn) === name)?.urn ?? "";
    const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
    const seen = new Set<string>([byName(later)]);
    for (const urn of seen) {
      const resource = byUrn.get(urn);
      for (const next of resource === undefined ? [] : dependenciesOf(resource)) {
        seen.add(next);
      }
    }
    return seen.has(byName(earlier));
  };

  beforeAll(() => {
    configureRegions(checkout, regions);
    checkout.configure({ path: ["chainfleet:rollout"], value: [2, 2] });
  });
  afterAll(() => checkout.close());

  it("stops after a wave in which a region fails, and calls the regions of the next wave unfinished", async () => {
    const match = { type: "azure-native:containerservice:ManagedCluster", location: "northcentralus" };
    await checkout.setFaults([{ match, action: "error", message: "no capacity" }]);
    const up = await checkout.up();
    await checkout.setFaults([]);
    expect(up.code, up.stderr).toBe(1);
    expect(results(up.summary)).toEqual({
      northcentralus: "failed",
      "eu-west-1": "succeeded",
      uksouth: "unfinished",
      westus2: "unfinished",
    });
    const names = (await resources()).map(({ urn }) => nameOf(urn));
    expect(names).toContain("uksouth-validator-0-address");
    expect(names).not.toContain("uksouth-aks");
    expect(names).not.toContain(HEALTH);
  });

  it("continues with the next wave once the first is healthy", async () => {
    const up = await checkout.up();
    expect(up.code, up.stderr).toBe(0);
    expect(new Set(Object.values(results(up.summary)))).toEqual(new Set(["succeeded"]));
    expect(await waits("westus2-aks", HEALTH)).toBe(true);
    expect(await waits(HEALTH, "northcentralus-validator-1")).toBe(true);
    expect(await waits("westus2-network", HEALTH)).toBe(false);
  });

  it("changes no resource when the mode changes, and the state has the edges of the last mode", async () => {
    for (const [mode, isSequence] of [
      ["sequential", true],
      ["maximum", false],
      ["ultra", false],
    ] as const) {
      const up = await checkout.chainfleet("up", "--stack", "dev", "--json", "--mode", mode).finished;
      expect(up.code, up.stderr).toBe(0);
      expect(JSON.parse(up.stdout).changes, mode).toMatchObject({
        create: 0,
        update: 0,
        replace: 0,
        delete: 0,
      });
      expect(await waits("westus2-aks", "uksouth-validator-0"), mode).toBe(isSequence);
      expect(await waits("eu-west-1-eks", "northcentralus-network"), mode).toBe(mode !== "ultra");
    }
  });

  it("is checked again when a node of the first wave changes, and updates the second wave after it", async () => {
    checkout.configure({ path: ["chainfleet:besu", "options"], value: { logging: "DEBUG" } });
    const up = await checkout.up();
    expect(up.code, up.stderr).toBe(0);
    const order = checkout
      .eventsOfLastRun()
      .flatMap(({ event }) => event.resOutputsEvent?.metadata ?? [])
      .filter(({ op }) => op === "update")
      .map(({ urn }) => nameOf(urn));
    expect(order.indexOf(HEALTH)).toBeGreaterThan(order.indexOf("northcentralus-validator-1"));
    expect(order.indexOf("westus2-validator-0")).toBeGreaterThan(order.indexOf(HEALTH));
  });

  it("can be taken back: the check between the waves goes, and nothing else changes", async () => {
    checkout.configure({ path: ["chainfleet:rollout"], value: undefined });
    const up = await checkout.up();
    expect(up.code, up.stderr).toBe(0);
    expect(up.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 1 });
    const down = await checkout.down();
    expect(down.code, down.stderr).toBe(0);
    expect(await checkout.cloudResources()).toEqual([]);
  });
});
