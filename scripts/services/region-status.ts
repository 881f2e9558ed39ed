import type { Address } from "viem";
import { type NodeObservation, observeNode } from "../../components/besu/node-access/observe-node";
import type { ClusterServices, ValidatorWorkload } from "./cluster-services";

/** What a region's cluster and nodes say about its validators. */
export interface ObservedValidator extends ValidatorWorkload {
  /** Undefined if the node was not asked, or did not answer. */
  readonly observation: NodeObservation | undefined;
  /** Why the node did not answer; undefined if it did, or if it is stopped. */
  readonly problem: string | undefined;
}

/**
 * Asks a cluster and all its validators' nodes, these at once.
 *
 * @param window as `observeNode` has it.
 * @throws Error if the cluster cannot be asked.
 */
export async function observeValidators(
  services: ClusterServices,
  window: number,
): Promise<ObservedValidator[]> {
  return Promise.all(
    (await services.validators()).map(async (workload) => {
      if (workload.replicas === 0 || workload.replicas === undefined) {
        return { ...workload, observation: undefined, problem: undefined };
      }
      try {
        const node = await services.node(workload.name);
        return { ...workload, observation: await observeNode(node, window), problem: undefined };
      } catch (error) {
        return { ...workload, observation: undefined, problem: (error as Error).message };
      }
    }),
  );
}

/** The state of a validator in one word. */
export type ValidatorState = "running" | "syncing" | "starting" | "stopped" | "missing" | "unreachable";

/** A validator as `services status` shows it. */
export interface ValidatorStatus {
  readonly name: string;
  readonly address: Address;
  readonly state: ValidatorState;
  readonly ready: boolean;
  /** Null if the node did not answer. */
  readonly peers: number | null;
  readonly head: number | null;
  /** Blocks behind the highest head of the network; null if the node did not answer. */
  readonly lag: number | null;
  /** Whether the validator has proposed a block within the last 2N; null if no node could be asked. */
  readonly signing: boolean | null;
  readonly problem?: string;
}

/** A region as `services status` shows it. */
export interface RegionStatus {
  readonly name: string;
  readonly cloud: string;
  readonly validators: readonly ValidatorStatus[];
  /** Why the region could not be asked. */
  readonly error?: string;
}

/** The network as far as its validators say it. */
export interface ChainStatus {
  /** The highest head; null if no node answered. */
  readonly head: number | null;
  /** Number of validators that make the next block; null if no node answered. */
  readonly validators: number | null;
  /** How many of them have proposed within the last 2N blocks. */
  readonly signing: number | null;
  readonly quorum: number | null;
  /** The number of genesis blocks among the nodes: more than one means that they are on different chains. */
  readonly genesisBlocks: number;
}

export interface NetworkStatus {
  readonly regions: readonly RegionStatus[];
  readonly chain: ChainStatus;
}

/** What was observed in one region, or why nothing was. */
export interface ObservedRegion {
  readonly name: string;
  readonly cloud: string;
  readonly validators: readonly ObservedValidator[];
  readonly error?: string | undefined;
}

/** Blocks that a node may be behind the highest head while all is well: one is on its way, and one was made meanwhile. */
export const NORMAL_LAG = 2;

/** Sums up what all regions have said. Pure. */
export function networkStatus(
  regions: readonly ObservedRegion[],
  quorumOf: (n: number) => number,
): NetworkStatus {
  const observations = regions.flatMap(({ validators }) =>
    validators.flatMap(({ observation }) => observation ?? []),
  );
  const best = observations.reduce<NodeObservation | undefined>(
    (highest, one) => (highest === undefined || one.head.number > highest.head.number ? one : highest),
    undefined,
  );
  const signs = (address: Address) => isSigning(best, address);
  return {
    regions: regions.map(({ name, cloud, validators, error }) => ({
      name,
      cloud,
      validators: validators.map((validator) => statusOf(validator, best, signs)),
      ...(error === undefined ? {} : { error }),
    })),
    chain: {
      head: best?.head.number ?? null,
      validators: best?.validators.length ?? null,
      signing: best?.validators.filter(signs).length ?? null,
      quorum: best === undefined ? null : quorumOf(best.validators.length),
      genesisBlocks: new Set(observations.map(({ genesisHash }) => genesisHash)).size,
    },
  };
}

/** A validator proposes by turns, so one that has not proposed within the last 2N blocks does not sign. */
function isSigning(best: NodeObservation | undefined, address: Address): boolean {
  const last = best?.lastProposed.get(address.toLowerCase() as Address);
  return best !== undefined && last !== undefined && last > best.head.number - 2 * best.validators.length;
}

function statusOf(
  { name, address, replicas, isReady, observation, problem }: ObservedValidator,
  best: NodeObservation | undefined,
  signs: (address: Address) => boolean,
): ValidatorStatus {
  const lag =
    observation === undefined || best === undefined ? null : best.head.number - observation.head.number;
  return {
    name,
    address,
    state: stateOf(),
    ready: isReady,
    peers: observation?.peers ?? null,
    head: observation?.head.number ?? null,
    lag,
    signing: best === undefined ? null : signs(address),
    ...(problem === undefined ? {} : { problem }),
  };

  function stateOf(): ValidatorState {
    if (replicas === undefined) {
      return "missing";
    }
    if (replicas === 0) {
      return "stopped";
    }
    if (observation === undefined) {
      return isReady ? "unreachable" : "starting";
    }
    return observation.syncingTo !== undefined || (lag ?? 0) > NORMAL_LAG ? "syncing" : "running";
  }
}

/** Whether nothing is left to wish for: every validator of every region runs and signs, on one chain. */
export function isHealthy({ regions, chain }: NetworkStatus): boolean {
  return (
    chain.genesisBlocks === 1 &&
    regions.every(
      ({ error, validators }) =>
        error === undefined &&
        validators.every(({ state, ready, signing }) => state === "running" && ready && signing === true),
    )
  );
}
