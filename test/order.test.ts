import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../components/root";
import { MODE_VARIABLE, type Mode } from "../stacks/order/mode";
import type { GraphResource } from "./dump/graph";

/*
 * The edges of the whole program, as the engine receives them. A mode whose edges contradicted an edge of the program would
 * make the program wait for itself: the graph would be missing, and the test would fail.
 */

/** Programs of Pulumi run badly inside vitest's module world (pulumi#10480). */
function graphOf(stack: string, mode: Mode, changes: Readonly<Record<string, unknown>> = {}): Graph {
  const output = execFileSync("node", [join(PROJECT_ROOT, "test/graph.js"), stack, JSON.stringify(changes)], {
    encoding: "utf8",
    env: { ...process.env, [MODE_VARIABLE]: mode },
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Graph(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}

class Graph {
  readonly #direct: ReadonlyMap<string, readonly string[]>;
  readonly #all = new Map<string, ReadonlySet<string>>();

  constructor(readonly resources: readonly GraphResource[]) {
    this.#direct = new Map(resources.map(({ name, dependencies }) => [name, dependencies]));
  }

  direct(name: string): readonly string[] {
    return this.#direct.get(name) ?? [];
  }

  /** Everything that a resource waits for, directly or indirectly. */
  waitsFor(name: string): ReadonlySet<string> {
    const known = this.#all.get(name);
    if (known !== undefined) {
      return known;
    }
    const reached = new Set(this.direct(name).flatMap((next) => [next, ...this.waitsFor(next)]));
    this.#all.set(name, reached);
    return reached;
  }

  named(pattern: RegExp): string[] {
    return this.resources.flatMap(({ name }) => (pattern.test(name) ? [name] : []));
  }

  /** Pairs of resources of which the first does not wait for the second. */
  unordered(later: readonly string[], earlier: readonly string[]): string[] {
    return later.flatMap((name) =>
      earlier.flatMap((other) => (this.waitsFor(name).has(other) ? [] : [`${name} < ${other}`])),
    );
  }
}

const NETWORKS = /-(vpc|network|validators-subnet|validator-\d-address|nat-gateway)$/;
const CLUSTERS = /-(aks|eks|system-nodes|storage-class)$/;
const NODES = /-(namespace|validator-\d|rpc)$/;
const CONTRACTS = /^(chain138|mainnet)-(Multicall|MultiSig|openLane)$/;

describe("the graph of the dev stack, with three clouds and contracts", () => {
  let ultra: Graph;
  beforeAll(() => {
    ultra = graphOf("dev", "ultra");
    // Other tests run at the same time.
  }, 120_000);

  /** An order adds edges: it takes none away. */
  const expectAdded = (graph: Graph) => {
    expect(graph.resources.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(ultra.resources.map(({ name }) => name)),
    );
    const lost = ultra.resources.flatMap(({ name, dependencies }) =>
      dependencies.filter((one) => !graph.direct(name).includes(one)).map((one) => `${name} > ${one}`),
    );
    expect(lost).toEqual([]);
  };

  it("has no barrier in the mode ultra", () => {
    expect(ultra.unordered(["eastus-aks"], ["westeurope-network"])).not.toEqual([]);
    expect(ultra.unordered(["eastus-validator-0"], ["westeurope-aks"])).not.toEqual([]);
  });

  it("has a barrier after each layer in the mode maximum", () => {
    const graph = graphOf("dev", "maximum");
    expectAdded(graph);
    const layers = [NETWORKS, CLUSTERS, NODES, CONTRACTS].map((pattern) => graph.named(pattern));
    for (const [index, layer] of layers.entries()) {
      expect(layer.length).toBeGreaterThan(2);
      expect(graph.unordered(layer, layers.slice(0, index).flat())).toEqual([]);
    }
    expect(graph.unordered(["eastus-aks"], ["westeurope-aks"])).not.toEqual([]);
  });

  it("is a sequence in the mode sequential", () => {
    const graph = graphOf("dev", "sequential");
    expectAdded(graph);
    const network = graph.resources
      .map(({ name }) => name)
      .filter((name) => /^(eastus|onprem|us-west-2)-/.test(name));
    const open = network.flatMap((name, index) =>
      network
        .slice(index + 1)
        .filter((other) => !graph.waitsFor(name).has(other) && !graph.waitsFor(other).has(name))
        .map((other) => `${name} | ${other}`),
    );
    expect(open).toEqual([]);
    expect(graph.unordered(["us-west-2-eks"], graph.named(/^eastus-(validator-\d|rpc)$/))).toEqual([]);
  });

  it("holds the second wave back until the first is healthy", () => {
    const graph = graphOf("dev", "ultra", { "chainfleet:rollout": [2, 3] });
    expectAdded(graph);
    const health = ["chain138-wave-1-health"];
    const first = graph.named(/^(eastus|westeurope)-/);
    const second = graph.named(/^(southeastasia|us-west-2|onprem)-/);
    const heldBack = second.filter((name) => CLUSTERS.test(name) || NODES.test(name));
    expect(heldBack).toHaveLength(2 + 3 + 3 * 4);
    expect(graph.unordered(heldBack, health)).toEqual([]);
    expect(
      graph.unordered(
        health,
        first.filter((name) => /-(validator-\d|rpc)$/.test(name)),
      ),
    ).toEqual([]);
    for (const name of [...first, ...second.filter((one) => NETWORKS.test(one))]) {
      expect(graph.waitsFor(name)).not.toContain(health[0]);
    }
  });
});

describe.each(["ultra", "maximum", "sequential"] as const)("the health gate in the mode %s", (mode) => {
  let graph: Graph;
  beforeAll(() => {
    graph = graphOf("dev", mode, { "chainfleet:healthGate": {}, "chainfleet:rollout": [2, 3] });
  }, 120_000);

  it("waits for all nodes of all waves, and the contracts on the network's own chain wait for it", () => {
    const nodes = graph.named(/^(eastus|westeurope|southeastasia|us-west-2|onprem)-(validator-\d|rpc)$/);
    expect(nodes).toHaveLength(15);
    expect(graph.unordered(["chain138-health"], nodes)).toEqual([]);
    const own = graph.named(/^chain138-(deterministic-deployer|[A-Z]\w*|openLane)$/);
    expect(own.length).toBeGreaterThan(9);
    expect(graph.unordered(own, ["chain138-health"])).toEqual([]);
  });

  it("holds up no contract on another chain, but by the order of the mode", () => {
    const others = graph.named(/^mainnet-(deterministic-deployer|[A-Z]\w*)$/);
    expect(others.length).toBeGreaterThan(9);
    expect(graph.unordered(others, ["chain138-health"])).toEqual(
      mode === "sequential" ? [] : others.map((name) => `${name} < chain138-health`),
    );
  });
});

describe("the graph of the stack azure-24", () => {
  it("works on ten regions of a layer at a time in the mode standard, in two waves", () => {
    const graph = graphOf("azure-24", "standard", { "chainfleet:rollout": [8, 16] });
    const clusters = graph.named(/-aks$/);
    expect(clusters).toHaveLength(24);
    const earlier = clusters.map(
      (name) => clusters.filter((other) => graph.waitsFor(name).has(other)).length,
    );
    // The first wave has eight clusters; those of the second wait for them, and from the eleventh on for one of their own.
    expect(earlier).toEqual([...Array(8).fill(0), ...Array(10).fill(8), ...Array(6).fill(9)]);
  });
});

describe("the graph of the stack kind-monitored", () => {
  it("makes the monitoring one resource after another in the mode sequential", () => {
    const graph = graphOf("kind-monitored", "sequential");
    const monitoring = graph.named(/^kind-monitoring-/).filter((name) => graph.direct(name).length > 0);
    expect(monitoring.length).toBeGreaterThan(40);
    const unordered = monitoring.flatMap((one, index) =>
      monitoring
        .slice(index + 1)
        .filter((other) => !graph.waitsFor(one).has(other) && !graph.waitsFor(other).has(one)),
    );
    expect(unordered).toEqual([]);
  });
});

describe("a program that fails after it has registered resources", () => {
  it("ends with its error in a mode with an order, and creates nothing", () => {
    const program = `
      require("./typescript.js");
      const pulumi = require("@pulumi/pulumi");
      const { ordered } = require("./stacks/order/ordered");
      const { AzureRegion } = require("./components/region/azure");
      const { ChainfleetError } = require("./components/error");
      const order = { mode: "maximum", regions: ["eastus"], waves: [["eastus"]] };
      const build = async () => {
        new AzureRegion("eastus", { network: "n", location: "eastus", validators: 1, validatorZones: [], reclaimPolicy: "Delete" });
        throw new ChainfleetError({ code: "RELEASE_IMPOSSIBLE", summary: "There is no such group." });
      };
      const newResource = ({ name, custom, inputs }) => {
        if (custom) console.log(name);
        return { id: name, state: inputs };
      };
      pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "chainfleet", "test", false)
        .then(() => pulumi.runtime.runInPulumiStack(() => ordered(order, build)));`;
    const { status, stdout, stderr } = spawnSync("node", ["-e", program], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    expect(stderr).toContain("RELEASE_IMPOSSIBLE: There is no such group.");
    expect([status, stdout]).toEqual([32, ""]);
  });
});
