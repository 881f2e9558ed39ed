import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../root";
import { nodesOf, POOLS } from "./nodes";

/** What the program gives to AKS in the dev stack (test/expected). */
const resources = JSON.parse(readFileSync(join(CHECKOUT, "test/expected/dev.json"), "utf8")) as {
  readonly name: string;
  readonly inputs: { readonly agentPoolProfiles: readonly AgentPool[] };
}[];
const given = resources.find(({ name }) => name === "eastus-aks")?.inputs.agentPoolProfiles ?? [];

interface AgentPool {
  readonly name: string;
  readonly count: number;
  readonly availabilityZones: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly nodeTaints?: readonly string[];
}

describe("the node pools of the control plane", () => {
  it("are those that the program gives to a managed cluster, with validators in every zone", () => {
    const described = POOLS.map(({ name, zones, labels, taints }) => ({
      name,
      zones: zones.length,
      labels,
      taints: taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
    }));
    expect(described).toEqual(
      given.map(({ name, availabilityZones, nodeLabels = {}, nodeTaints = [] }) => ({
        name,
        zones: availabilityZones.length,
        labels: nodeLabels,
        taints: nodeTaints,
      })),
    );
    expect(POOLS[0]?.count).toBe(given[0]?.count);
    expect(new Set(POOLS.slice(1).flatMap(({ zones }) => zones))).toEqual(new Set(POOLS[0]?.zones));
  });

  it("have as many nodes as they were given, in the zones by turns, with the pool's labels and taints", () => {
    const pools = fc.record({
      name: fc.constantFrom("system", "validators"),
      count: fc.nat(20),
      zones: fc.uniqueArray(fc.constantFrom("1", "2", "3"), { minLength: 1 }),
      labels: fc.constantFrom({}, { pool: "p" }),
      taints: fc.constantFrom([], [{ key: "k", value: "v", effect: "NoSchedule" }]),
    });
    fc.assert(
      fc.property(pools, (pool) => {
        const nodes = nodesOf(pool, 0);
        const zones = nodes.map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]);
        const perZone = pool.zones.map((zone) => zones.filter((other) => other === zone).length);
        expect(nodes).toHaveLength(pool.count);
        expect(perZone.reduce((sum, count) => sum + count, 0)).toBe(pool.count);
        expect(Math.max(...perZone) - Math.min(...perZone)).toBeLessThanOrEqual(1);
        for (const { metadata, spec } of nodes) {
          expect(metadata.labels).toMatchObject(pool.labels);
          expect(spec?.taints ?? []).toEqual(pool.taints);
        }
      }),
    );
  });
});
