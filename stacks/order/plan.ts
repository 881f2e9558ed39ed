import { LAYERS, type Mode } from "./mode";

/*
 * The edges that a deployment mode and waves add to the graph. The true edges of the graph, which exist because a resource
 * uses another, are all that mode `ultra` has.
 */

/** A resource of the network or of its contracts, as far as its order depends on the mode. */
export interface Node {
  /** Position in the program's order of registration, from 0. It identifies the node. */
  readonly id: number;
  readonly layer: Layer;
  /** The region that the resource belongs to. Undefined for what all regions share, such as the genesis. */
  readonly region: string | undefined;
  /** The ids of the nodes that the resource uses. */
  readonly dependencies: readonly number[];
}

/** The layers of a deployment, in the order of the old scripts' phases. */
export type Layer = (typeof LAYERS)[number];

/** What decides about the order beside the graph itself. */
export interface Order {
  readonly mode: Mode;
  /** The names of all regions in the config's order. */
  readonly regions: readonly string[];
  /** The waves of a rollout, in their order; together they have all regions. Without a rollout: one wave. */
  readonly waves: readonly Wave[];
}

/** The regions that are deployed together. */
export interface Wave {
  readonly regions: readonly string[];
  /** The id of the node that checks the wave's health. Undefined for the last wave, after which nothing comes. */
  readonly health: number | undefined;
}

/** Edges by the id of the resource that waits: the ids of the resources that it waits for. */
export type Edges = ReadonlyMap<number, readonly number[]>;

/**
 * The edges to add to the graph for a mode and waves.
 *
 * In each layer, the nodes of a region use no node of the same layer in another region. Nodes that all regions share may
 * use any node of their layer, and no region's node of that layer uses them. A node of a layer uses no node of a later
 * layer.
 */
export function orderEdges(nodes: readonly Node[], order: Order): Edges {
  const waves = waveEdges(nodes, order);
  switch (order.mode) {
    case "ultra":
      return waves;
    case "maximum":
      return union(waves, phaseEdges(nodes, order));
    case "standard":
      return union(waves, phaseEdges(nodes, order), laneEdges(nodes, order));
    case "sequential":
      return union(waves, sequenceEdges(withEdges(nodes, waves), order));
  }
}

/** How many regions mode `standard` works on at the same time: Terraform's default for -parallelism. */
export const STANDARD_REGIONS = 10;

/**
 * Clusters and nodes of a wave wait for the health of the wave before. Networks, addresses, keys and the genesis of all
 * waves come first, because a validator's list of peers names the addresses of all validators: a wave whose addresses
 * came later would change the list of every earlier validator.
 */
function waveEdges(nodes: readonly Node[], { waves }: Order): Edges {
  return union(
    ...waves.slice(1).flatMap(({ regions }, index) => {
      const health = waves[index]?.health;
      const held = nodes.filter(({ layer, region }) => isHeldBack(layer) && isIn(regions, region));
      return health === undefined ? [] : [each(entries(held), [health])];
    }),
  );
}

function isHeldBack(layer: Layer): boolean {
  return layer === "clusters" || layer === "nodes";
}

/** Nothing of a phase begins before everything of the phase before has ended. */
function phaseEdges(nodes: readonly Node[], order: Order): Edges {
  const phases = phasesOf(nodes, order);
  return union(...phases.slice(1).map((phase, index) => each(entries(phase), exits(phases[index] ?? []))));
}

/** The nodes of each phase: a layer of all regions, or, of what waves hold back, a layer of one wave. */
function phasesOf(nodes: readonly Node[], { waves }: Order): Node[][] {
  const held = waves.flatMap(({ regions }) =>
    (["clusters", "nodes"] as const).map((layer) =>
      nodes.filter((node) => node.layer === layer && isIn(regions, node.region)),
    ),
  );
  const ofLayer = (layer: Layer) => nodes.filter((node) => node.layer === layer);
  return [ofLayer("networks"), ...held, ofLayer("contracts")].filter((phase) => phase.length > 0);
}

/** In each phase, a region waits for the region that is {@link STANDARD_REGIONS} places before it. */
function laneEdges(nodes: readonly Node[], order: Order): Edges {
  return union(
    ...phasesOf(nodes, order).flatMap((phase) => {
      const parts = order.regions
        .map((name) => phase.filter(({ region }) => region === name))
        .filter((part) => part.length > 0);
      return parts
        .slice(STANDARD_REGIONS)
        .map((part, index) => each(entries(part), exits(parts[index] ?? [])));
    }),
  );
}

/**
 * One region after another, and one resource at a time. What a region needs of regions that come later, which are keys and
 * addresses, is made just before it is needed. The contracts follow after the last region.
 */
function sequenceEdges(nodes: readonly Node[], { regions }: Order): Edges {
  const ofNetwork = nodes.filter(({ layer }) => layer !== "contracts");
  const contracts = nodes.filter(({ layer }) => layer === "contracts");
  const byLayer = [...ofNetwork].sort(
    (a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) || a.id - b.id,
  );
  const wished = [...regions, undefined].flatMap((name) => byLayer.filter(({ region }) => region === name));
  const sequence = dependenciesFirst(wished);
  return union(
    ...sequence.slice(1).map((node, index) => each([node], [sequence[index]?.id ?? node.id])),
    each(
      entries(contracts),
      sequence.slice(-1).map(({ id }) => id),
    ),
  );
}

/** The nodes in the given order, but each after the nodes that it uses. */
function dependenciesFirst(nodes: readonly Node[]): Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Set<Node>();
  const place = (node: Node): void => {
    if (!placed.has(node)) {
      for (const dependency of node.dependencies.flatMap((id) => byId.get(id) ?? [])) {
        place(dependency);
      }
      placed.add(node);
    }
  };
  nodes.forEach(place);
  return [...placed];
}

/** The nodes that use no other of the given nodes. Everything else waits for them. */
function entries(nodes: readonly Node[]): Node[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return nodes.filter(({ dependencies }) => !dependencies.some((id) => ids.has(id)));
}

/** The ids of the nodes that no other of the given nodes uses. When they have ended, everything has. */
function exits(nodes: readonly Node[]): number[] {
  const used = new Set(nodes.flatMap(({ dependencies }) => dependencies));
  return nodes.flatMap(({ id }) => (used.has(id) ? [] : [id]));
}

function each(nodes: readonly Node[], dependencies: readonly number[]): Edges {
  return new Map(nodes.map(({ id }) => [id, dependencies]));
}

function withEdges(nodes: readonly Node[], edges: Edges): Node[] {
  return nodes.map((node) => ({
    ...node,
    dependencies: [...node.dependencies, ...(edges.get(node.id) ?? [])],
  }));
}

function union(...parts: readonly Edges[]): Edges {
  const all = new Map<number, number[]>();
  for (const [id, dependencies] of parts.flatMap((edges) => [...edges])) {
    all.set(id, [...new Set([...(all.get(id) ?? []), ...dependencies])]);
  }
  return all;
}

function isIn(regions: readonly string[], region: string | undefined): boolean {
  return region !== undefined && regions.includes(region);
}
