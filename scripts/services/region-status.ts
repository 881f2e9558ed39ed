import { type Address, type Hex, hexToNumber } from "viem";
import { type NodeObservation, observeNode } from "../../components/besu/node-access/observe-node";
import type { ClusterServices, ValidatorWorkload } from "./cluster-services";

/** The height of a node at a moment. */
export interface HeadReading {
  /** Milliseconds since 1970, in the middle between question and answer. */
  readonly at: number;
  readonly number: number;
}

/** What a region's cluster and nodes say about its validators. */
export interface ObservedValidator extends ValidatorWorkload {
  /** Undefined if the node was not asked, or did not answer. */
  readonly observation: NodeObservation | undefined;
  /** What the node said at the time of the observation and then once more, when all regions had answered. */
  readonly readings: readonly HeadReading[];
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
      const silent = { ...workload, observation: undefined, readings: [] };
      if (workload.replicas === 0 || workload.replicas === undefined) {
        return { ...silent, problem: undefined };
      }
      try {
        const node = await services.node(workload.name);
        const observation = await observeNode(node, window);
        const readings = [{ at: observation.at, number: observation.head.number }];
        return { ...workload, observation, readings, problem: undefined };
      } catch (error) {
        return { ...silent, problem: (error as Error).message };
      }
    }),
  );
}

/**
 * Asks the nodes that have answered for their heads again, all at once over their open connections. The answers of different
 * regions can then be compared: signing in to a cluster takes seconds in some regions, in which the chain goes on.
 */
export async function readHeadsAgain(
  services: ClusterServices,
  validators: readonly ObservedValidator[],
): Promise<ObservedValidator[]> {
  return Promise.all(
    validators.map(async (validator) => {
      if (validator.observation === undefined) {
        return validator;
      }
      const asked = Date.now();
      const number = await services
        .node(validator.name)
        .then((node) => node.call<Hex>("eth_blockNumber"))
        .catch(() => undefined);
      return number === undefined
        ? validator
        : {
            ...validator,
            readings: [...validator.readings, { at: (asked + Date.now()) / 2, number: hexToNumber(number) }],
          };
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

/**
 * Blocks that a node may be behind the highest head while all is well: one is on its way, and one was made meanwhile; and those
 * of the time by which an answer may be late.
 */
const NORMAL_LAG_BLOCKS = 2;
const LATE_MILLISECONDS = 500;

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
  const highest = highestHead(regions.flatMap(({ validators }) => validators));
  return {
    regions: regions.map(({ name, cloud, validators, error }) => ({
      name,
      cloud,
      validators: validators.map((validator) =>
        statusOf(validator, highest, best === undefined ? undefined : signs),
      ),
      ...(error === undefined ? {} : { error }),
    })),
    chain: {
      head: highest?.number ?? null,
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

/** The highest head, and how fast it moves. */
interface HighestHead extends HeadReading {
  readonly blocksPerMillisecond: number;
}

function highestHead(validators: readonly ObservedValidator[]): HighestHead | undefined {
  const highestOf = (readings: readonly (HeadReading | undefined)[]) =>
    readings.reduce(
      (highest, one) => (one !== undefined && one.number > (highest?.number ?? -1) ? one : highest),
      undefined,
    );
  const first = highestOf(validators.map(({ readings }) => readings[0]));
  const last = highestOf(validators.map(({ readings }) => readings.at(-1)));
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const elapsed = last.at - first.at;
  return { ...last, blocksPerMillisecond: elapsed > 0 ? (last.number - first.number) / elapsed : 0 };
}

function statusOf(
  { name, address, replicas, isReady, observation, readings, problem }: ObservedValidator,
  highest: HighestHead | undefined,
  signs: ((address: Address) => boolean) | undefined,
): ValidatorStatus {
  const reading = readings.at(-1);
  const lag =
    reading === undefined || highest === undefined
      ? null
      : Math.max(
          0,
          Math.round(
            highest.number + highest.blocksPerMillisecond * (reading.at - highest.at) - reading.number,
          ),
        );
  const normalLag = NORMAL_LAG_BLOCKS + (highest?.blocksPerMillisecond ?? 0) * LATE_MILLISECONDS;
  return {
    name,
    address,
    state: stateOf(),
    ready: isReady,
    peers: observation?.peers ?? null,
    head: reading?.number ?? null,
    lag,
    signing: signs === undefined ? null : signs(address),
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
    return observation.syncingTo !== undefined || (lag ?? 0) > normalLag ? "syncing" : "running";
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
