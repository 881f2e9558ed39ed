import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import pDefer from "p-defer";
import { awaitedResources, resourcesOf } from "../../components/engine/available";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import { ChainfleetError } from "../../components/error";
import { longestPrefix } from "../../components/longest-prefix";
import { type Edges, type Layer, type Node, type Order, orderEdges } from "./plan";

/** The order of a network before its resources are registered. */
export interface RequestedOrder extends Pick<Order, "mode" | "regions"> {
  /** The names of the regions of each wave. */
  readonly waves: readonly (readonly string[])[];
}

/**
 * Registers the resources of a network with the additional edges that the mode and the waves require. The edges are
 * dependencies in the state like all others: the engine skips whatever depends on a failed resource, and deletes in
 * the reverse order.
 *
 * The true edges alone need no help from here: with mode `ultra` and one wave nothing is added, and nothing is looked at.
 *
 * @param build registers all resources and does not wait for any of those that have a layer.
 */
export async function ordered<Outputs>(
  order: RequestedOrder,
  build: () => Promise<Outputs>,
): Promise<Outputs> {
  if (order.mode === "ultra" && order.waves.length === 1) {
    return build();
  }
  const graph = new RecordedGraph(order);
  pulumi.runtime.registerStackTransformation((resource) => graph.record(resource));
  try {
    const outputs = await build();
    graph.complete();
    return outputs;
  } catch (error) {
    // The order of a part of a graph is unknown, so the recorded resources are never registered, and the SDK would wait for
    // them for ever.
    await pulumi.log.error(error instanceof ChainfleetError ? error.message : inspect(error));
    process.exit(ENDED_AFTER_LOGGED_ERROR);
  }
}

/** The exit code with which the SDK's programs end after they have shown an error (cmd/run/index.ts). */
const ENDED_AFTER_LOGGED_ERROR = 32;

/**
 * The graph as the program registers it. Each resource with a layer waits for the plan of the edges, which is made when
 * the whole graph is known.
 */
class RecordedGraph {
  readonly #nodes: RecordedNode[] = [];
  readonly #parents = new Map<pulumi.Resource, Parent>();
  readonly #edges = pDefer<ReadonlyMap<number, pulumi.Resource[]>>();

  constructor(readonly order: RequestedOrder) {}

  record({ resource, type, name, props, opts }: pulumi.ResourceTransformationArgs) {
    this.#parents.set(resource, { type, parent: opts.parent });
    const layer = resource instanceof pulumi.CustomResource ? this.#layerOf(resource, type) : undefined;
    if (layer === undefined) {
      return undefined;
    }
    const id = this.#nodes.length;
    const { dependsOn } = opts;
    this.#nodes.push({
      id,
      resource,
      layer,
      region: SHARED_TYPES.has(type) ? undefined : longestPrefix(name, this.order.regions),
      uses: resourcesIn([props, dependsOn, (opts as pulumi.CustomResourceOptions).deletedWith]),
      ...(type === HEALTH_TYPE ? { healthOfWave: props.wave as number } : {}),
    });
    const added = this.#edges.promise.then((edges) => edges.get(id) ?? []);
    return {
      props,
      // The SDK takes promises of lists inside the list, which its type does not say.
      opts: { ...opts, dependsOn: [...[dependsOn ?? []].flat(), added] as pulumi.Input<pulumi.Resource>[] },
    };
  }

  /** Plans the edges. From now on the engine receives the resources. */
  complete(): void {
    const { mode, regions, waves } = this.order;
    const edges: Edges = orderEdges(this.#plannedNodes(), {
      mode,
      regions,
      waves: waves.map((names, index) => ({
        regions: names,
        health: this.#nodes.find(({ healthOfWave }) => healthOfWave === index + 1)?.id,
      })),
    });
    const resourceOf = (id: number) => this.#nodes[id]?.resource ?? [];
    this.#edges.resolve(new Map([...edges].map(([id, waitsFor]) => [id, waitsFor.flatMap(resourceOf)])));
  }

  #plannedNodes(): Node[] {
    const ids = new Map<pulumi.Resource, number[]>();
    for (const { id, resource } of this.#nodes) {
      for (const one of [resource, ...this.#ancestors(resource)]) {
        ids.set(one, [...(ids.get(one) ?? []), id]);
      }
    }
    return this.#nodes.map(({ id, layer, region, uses }) => ({
      id,
      layer,
      region,
      dependencies: [...new Set(uses.flatMap((resource) => ids.get(resource) ?? []))],
    }));
  }

  #layerOf(resource: pulumi.Resource, type: string): Layer | undefined {
    if (resource instanceof pulumi.ProviderResource) {
      return undefined;
    }
    return (
      LAYER_OF_TYPE.get(type) ??
      this.#ancestors(resource)
        .map((ancestor) => LAYER_OF_COMPONENT.get(this.#parents.get(ancestor)?.type.split(":")[1] ?? ""))
        .find((layer) => layer !== undefined)
    );
  }

  #ancestors(resource: pulumi.Resource): pulumi.Resource[] {
    const parent = this.#parents.get(resource)?.parent;
    return parent === undefined ? [] : [parent, ...this.#ancestors(parent)];
  }
}

interface RecordedNode extends Pick<Node, "id" | "layer" | "region"> {
  readonly resource: pulumi.Resource;
  readonly uses: readonly pulumi.Resource[];
  readonly healthOfWave?: number;
}

interface Parent {
  readonly type: string;
  readonly parent: pulumi.Resource | undefined;
}

/** The type of the resource that checks the health of a wave. */
const HEALTH_TYPE = `${DYNAMIC_TYPE_PREFIX}WaveHealth`;

/** The type of the resource that checks the health of the whole network. */
const NETWORK_HEALTH_TYPE = `${DYNAMIC_TYPE_PREFIX}NetworkHealth`;

/** Resources whose component does not say their layer. */
const LAYER_OF_TYPE: ReadonlyMap<string, Layer> = new Map([
  [`${DYNAMIC_TYPE_PREFIX}ValidatorKey`, "networks"],
  [`${DYNAMIC_TYPE_PREFIX}Genesis`, "networks"],
  [HEALTH_TYPE, "nodes"],
  [NETWORK_HEALTH_TYPE, "nodes"],
]);

/** Resources of no region, whatever their name begins with. */
const SHARED_TYPES: ReadonlySet<string> = new Set([
  `${DYNAMIC_TYPE_PREFIX}Genesis`,
  HEALTH_TYPE,
  NETWORK_HEALTH_TYPE,
]);

/** The layer of everything inside a component, by the second part of the component's type. */
const LAYER_OF_COMPONENT: ReadonlyMap<string, Layer> = new Map([
  ["region", "networks"],
  ["cluster", "clusters"],
  ["besu", "nodes"],
  ["monitoring", "nodes"],
  ["contracts", "contracts"],
]);

/** The resources whose outputs the inputs contain or wait for. A promise shows nothing: the program passes no resource in one. */
function resourcesIn(inputs: unknown): pulumi.Resource[] {
  const found = new Set<pulumi.Resource>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) {
      return;
    }
    seen.add(value);
    if (pulumi.Output.isInstance(value)) {
      for (const resource of [...resourcesOf(value), ...awaitedResources(value)]) {
        found.add(resource);
      }
    } else if (pulumi.Resource.isInstance(value)) {
      found.add(value);
    } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
      Object.values(value).forEach(visit);
    }
  };
  visit(inputs);
  return [...found];
}
