import fc from "fast-check";
import { expect, test } from "vitest";
import { LAYERS, MODES } from "./mode";
import { type Edges, type Node, type Order, orderEdges, STANDARD_REGIONS, type Wave } from "./plan";

/** A network of several regions with random true edges inside each layer of a region and to earlier layers. */
interface Network {
  readonly nodes: readonly Node[];
  readonly regions: readonly string[];
  readonly waves: readonly Wave[];
}

const network: fc.Arbitrary<Network> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    perLayer: fc.integer({ min: 1, max: 3 }),
    contracts: fc.integer({ min: 0, max: 2 }),
    choices: fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 })),
  })
  .map(({ sizes, perLayer, contracts, choices }) => {
    const regions = Array.from(
      { length: sizes.reduce((sum, size) => sum + size) },
      (_, index) => `r${index}`,
    );
    const nodes: Node[] = [];
    const pick = () => choices.next().value as number;
    const add = (layer: Node["layer"], region: string | undefined, usable: readonly Node[]) => {
      const dependencies = usable.filter(() => pick() % 3 === 0).map(({ id }) => id);
      nodes.push({ id: nodes.length, layer, region, dependencies });
      return nodes.length - 1;
    };
    const repeat = (times: number, work: () => void) => Array.from({ length: times }).forEach(work);
    for (const region of regions) {
      for (const layer of ["networks", "clusters"] as const) {
        repeat(perLayer, () =>
          add(
            layer,
            region,
            nodes.filter((node) => node.region === region),
          ),
        );
      }
    }
    const networks = nodes.filter(({ layer }) => layer === "networks");
    const genesis = add("networks", undefined, networks);
    for (const region of regions) {
      const shared = nodes.filter((node) => node.region === region || node.layer === "networks");
      repeat(perLayer, () => add("nodes", region, shared));
      nodes.push({ id: nodes.length, layer: "nodes", region, dependencies: [genesis] });
    }
    const waves = sizes.map((size, index) => {
      const first = sizes.slice(0, index).reduce((sum, earlier) => sum + earlier, 0);
      return { regions: regions.slice(first, first + size), health: undefined as number | undefined };
    });
    for (const wave of waves.slice(0, -1)) {
      const ofWave = nodes.filter(
        ({ layer, region }) => layer === "nodes" && wave.regions.includes(region ?? ""),
      );
      wave.health = nodes.length;
      nodes.push({
        id: nodes.length,
        layer: "nodes",
        region: undefined,
        dependencies: ofWave.map(({ id }) => id),
      });
    }
    repeat(contracts, () =>
      add(
        "contracts",
        undefined,
        nodes.filter(({ layer }) => layer === "contracts"),
      ),
    );
    return { nodes, regions, waves };
  });

const order = (mode: Order["mode"], { regions, waves }: Network): Order => ({ mode, regions, waves });
const oneWave = (made: Network): Network => ({
  ...made,
  waves: [{ regions: made.regions, health: undefined }],
});

/** Everything that each node waits for, directly or indirectly. @throws Error if the graph has a cycle. */
function waitsFor(nodes: readonly Node[], edges: Edges): ReadonlyMap<number, ReadonlySet<number>> {
  const all = new Map<number, Set<number> | "open">();
  const visit = (id: number): Set<number> => {
    const known = all.get(id);
    if (known === "open") {
      throw new Error(`node ${id} waits for itself`);
    }
    if (known !== undefined) {
      return known;
    }
    all.set(id, "open");
    const direct = [...(nodes[id]?.dependencies ?? []), ...(edges.get(id) ?? [])];
    const reached = new Set(direct.flatMap((next) => [next, ...visit(next)]));
    all.set(id, reached);
    return reached;
  };
  return new Map(nodes.map(({ id }) => [id, visit(id)]));
}

test("no mode makes a cycle, with and without waves", () => {
  fc.assert(
    fc.property(network, fc.constantFrom(...MODES), (made, mode) => {
      waitsFor(made.nodes, orderEdges(made.nodes, order(mode, made)));
      waitsFor(made.nodes, orderEdges(made.nodes, order(mode, oneWave(made))));
    }),
  );
});

test("ultra adds no edge to a network of one wave", () => {
  fc.assert(
    fc.property(network, (made) => {
      expect(orderEdges(made.nodes, order("ultra", oneWave(made))).size).toBe(0);
    }),
  );
});

test("in the mode maximum, everything of a layer waits for everything of the layers before", () => {
  fc.assert(
    fc.property(network.map(oneWave), (made) => {
      const reached = waitsFor(made.nodes, orderEdges(made.nodes, order("maximum", made)));
      // Health checks belong to waves, of which this network has one.
      const inPhases = made.nodes.filter((node) => !isHealthCheck(node));
      const unordered = inPhases.flatMap((later) =>
        inPhases.filter((earlier) => isEarlier(earlier, later) && !reached.get(later.id)?.has(earlier.id)),
      );
      expect(unordered).toEqual([]);
    }),
  );

  function isEarlier(node: Node, later: Node) {
    return LAYERS.indexOf(node.layer) < LAYERS.indexOf(later.layer);
  }
});

test("in the mode maximum, regions of one layer do not wait for each other", () => {
  fc.assert(
    fc.property(network.map(oneWave), (made) => {
      const reached = waitsFor(made.nodes, orderEdges(made.nodes, order("maximum", made)));
      for (const node of made.nodes.filter(({ region }) => region !== undefined)) {
        const others = made.nodes.filter(
          ({ layer, region }) => layer === node.layer && region !== undefined && region !== node.region,
        );
        expect(others.some(({ id }) => reached.get(node.id)?.has(id))).toBe(false);
      }
    }),
  );
});

test(`in the mode standard, a layer has at most ${STANDARD_REGIONS} regions at work`, () => {
  const regions = Array.from({ length: 24 }, (_, index) => `r${index}`);
  const nodes: Node[] = regions.flatMap((region, index) => [
    { id: 2 * index, layer: "networks", region, dependencies: [] },
    { id: 2 * index + 1, layer: "clusters", region, dependencies: [2 * index] },
  ]);
  const made = { nodes, regions, waves: [{ regions, health: undefined }] };
  const reached = waitsFor(nodes, orderEdges(nodes, order("standard", made)));
  for (const layer of ["networks", "clusters"] as const) {
    const ofLayer = nodes.filter((node) => node.layer === layer);
    const lane = ofLayer.map(({ id }) => ofLayer.filter((other) => reached.get(id)?.has(other.id)).length);
    expect(lane).toEqual(ofLayer.map((_, index) => Math.floor(index / STANDARD_REGIONS)));
  }
});

test("in the mode sequential, one resource of the network is worked on at a time, and regions follow each other", () => {
  fc.assert(
    fc.property(network, (made) => {
      const reached = waitsFor(made.nodes, orderEdges(made.nodes, order("sequential", made)));
      const ofNetwork = made.nodes.filter(({ layer }) => layer !== "contracts");
      const positions = ofNetwork
        .map(({ id }) => ofNetwork.filter((other) => reached.get(id)?.has(other.id)).length)
        .sort((a, b) => a - b);
      expect(positions).toEqual(ofNetwork.map((_, index) => index));
      for (const [index, region] of made.regions.entries()) {
        const next = made.regions[index + 1];
        const clusters = (name: string | undefined) =>
          made.nodes.filter((node) => node.layer === "clusters" && node.region === name);
        const nodesOf = made.nodes.filter((node) => node.layer === "nodes" && node.region === region);
        for (const cluster of clusters(next)) {
          expect(nodesOf.every(({ id }) => reached.get(cluster.id)?.has(id))).toBe(true);
        }
      }
      for (const contract of made.nodes.filter(({ layer }) => layer === "contracts")) {
        expect(ofNetwork.every(({ id }) => reached.get(contract.id)?.has(id))).toBe(true);
      }
    }),
  );
});

test("in every mode, clusters and nodes of a wave wait for the health of the wave before, and networks never do", () => {
  fc.assert(
    fc.property(network, fc.constantFrom("ultra", "maximum", "standard"), (made, mode) => {
      const reached = waitsFor(made.nodes, orderEdges(made.nodes, order(mode as Order["mode"], made)));
      const checks = made.waves.flatMap(({ health }) => health ?? []);
      for (const node of made.nodes.filter(({ region }) => region !== undefined)) {
        const wave = made.waves.findIndex(({ regions }) => regions.includes(node.region ?? ""));
        const waited = checks.filter((health) => reached.get(node.id)?.has(health));
        expect(waited).toEqual(node.layer === "networks" ? [] : checks.slice(0, wave));
      }
    }),
  );
});

function isHealthCheck({ layer, region }: Node): boolean {
  return layer === "nodes" && region === undefined;
}
