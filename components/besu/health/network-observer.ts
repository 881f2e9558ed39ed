import { type Hex, hexToNumber } from "viem";
import { allAtOnce } from "../../at-once";
import { RpcRefusal } from "../node-access/node-errors";
import { observeNode } from "../node-access/observe-node";
import { type AskedRegion, RegionNodes } from "../nodes/region-nodes";
import type { ObservedNode, ObservedRegion } from "./network-status";

/** What a {@link NetworkObserver} needs to know beside the regions. */
export interface ObserverOptions {
  /** The number of validators of the whole network, also in regions that are not asked. */
  readonly validators: number;
  /** The seconds after which a region, or a request to a node, counts as unanswered. */
  readonly timeoutSeconds: number;
}

/** Asks all nodes of all regions at once, as often as it is told, over connections that stay open. */
export class NetworkObserver {
  readonly #regions: readonly AskedRegion[];
  readonly #options: ObserverOptions;
  readonly #nodes: ReadonlyMap<string, RegionNodes>;

  constructor(regions: readonly AskedRegion[], options: ObserverOptions) {
    this.#regions = regions;
    this.#options = options;
    this.#nodes = new Map(
      regions.map((region) => [region.name, new RegionNodes(region, options.timeoutSeconds)]),
    );
  }

  /** What every node says, in the order of the regions. A region or a node that does not answer says why. */
  async observe(): Promise<ObservedRegion[]> {
    const { validators, timeoutSeconds } = this.#options;
    const outcomes = await allAtOnce(this.#regions, { timeoutSeconds }, ({ name }) =>
      observeNodes(this.#of(name), WINDOW_FACTOR * validators),
    );
    const height = commonHeight(outcomes.flatMap(({ value = [] }) => value));
    return Promise.all(
      this.#regions.map(async ({ name, cloud }, index) => ({
        name,
        cloud,
        nodes: await askAgain(this.#of(name), outcomes[index]?.value ?? [], height),
        error: outcomes[index]?.error,
      })),
    );
  }

  #of(region: string): RegionNodes {
    return this.#nodes.get(region) as RegionNodes;
  }

  close(): void {
    for (const nodes of this.#nodes.values()) {
      nodes.close();
    }
  }
}

/** The chain may have as many validators again as the network: those that the config has lost. The judgement cuts to 2N. */
const WINDOW_FACTOR = 4;

/**
 * Asks a cluster and all its nodes, these at once.
 *
 * @throws Error if the cluster cannot be asked.
 */
async function observeNodes(nodes: RegionNodes, window: number): Promise<ObservedNode[]> {
  return Promise.all(
    (await nodes.workloads()).map(async (workload) => {
      const silent = { ...workload, observation: undefined, readings: [], common: undefined };
      if (workload.replicas === 0 || workload.replicas === undefined) {
        return { ...silent, problem: undefined };
      }
      try {
        const observation = await observeNode(await nodes.node(workload.pod), window);
        const readings = [{ at: observation.at, number: observation.head.number }];
        return { ...silent, observation, readings, problem: undefined };
      } catch (error) {
        return { ...silent, problem: (error as Error).message };
      }
    }),
  );
}

/** The highest block that every node has which has answered; undefined if none has. */
function commonHeight(nodes: readonly ObservedNode[]): number | undefined {
  const heads = nodes.flatMap(({ observation }) => observation?.head.number ?? []);
  return heads.length === 0 ? undefined : Math.min(...heads);
}

/**
 * Asks the nodes that have answered once more, all at once over their open connections: for their heads, and for the block
 * that all of them have. The answers of different regions can then be compared: signing in to a cluster takes seconds in
 * some regions, in which the chain goes on.
 */
async function askAgain(
  nodes: RegionNodes,
  observed: readonly ObservedNode[],
  height: number | undefined,
): Promise<ObservedNode[]> {
  return Promise.all(
    observed.map(async (one) => {
      if (one.observation === undefined || height === undefined) {
        return one;
      }
      const asked = Date.now();
      const [number, block] = await nodes
        .node(one.pod)
        .then((node) =>
          node.callAll([
            { method: "eth_blockNumber" },
            { method: "eth_getBlockByNumber", params: [`0x${height.toString(16)}`, false] },
          ]),
        )
        .catch(() => []);
      const at = (asked + Date.now()) / 2;
      const hash = (block as { readonly hash?: Hex } | null | undefined)?.hash;
      return {
        ...one,
        readings:
          number === undefined || number instanceof RpcRefusal
            ? one.readings
            : [...one.readings, { at, number: hexToNumber(number as Hex) }],
        common: hash === undefined ? undefined : { number: height, hash },
      };
    }),
  );
}
