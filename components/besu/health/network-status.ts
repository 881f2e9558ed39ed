import type { Address, Hex } from "viem";
import type { NodeObservation } from "../node-access/observe-node";
import type { NodeWorkload } from "../nodes/region-nodes";
import { signingOf } from "../nodes/signing";
import { quorum } from "../quorum";

/** The height of a node at a moment. */
export interface HeadReading {
  /** Milliseconds since 1970, in the middle between question and answer. */
  readonly at: number;
  readonly number: number;
}

/** What a region's cluster and the node itself say about a node. */
export interface ObservedNode extends NodeWorkload {
  /** Undefined if the node was not asked, or did not answer. */
  readonly observation: NodeObservation | undefined;
  /** What the node said at the time of the observation and then once more, when all regions had answered. */
  readonly readings: readonly HeadReading[];
  /** The node's block at a height that every node of this observation has; undefined if the node did not say. */
  readonly common: { readonly number: number; readonly hash: Hex } | undefined;
  /** Why the node did not answer; undefined if it did, or if it is stopped. */
  readonly problem: string | undefined;
}

/** What was observed in one region, or why nothing was. */
export interface ObservedRegion {
  readonly name: string;
  readonly cloud: string;
  readonly nodes: readonly ObservedNode[];
  readonly error?: string | undefined;
}

/** The state of a node in one word. */
export type NodeState = "running" | "syncing" | "starting" | "stopped" | "missing" | "unreachable";

/** A node as `services status` shows it. */
export interface NodeStatus {
  readonly name: string;
  /** Undefined for an RPC node. */
  readonly address: Address | undefined;
  readonly state: NodeState;
  readonly ready: boolean;
  /** Null if the node did not answer. */
  readonly peers: number | null;
  readonly head: number | null;
  /** Blocks behind the highest head of the network; null if the node did not answer. */
  readonly lag: number | null;
  /** Whether the validator has proposed a block within the last 2N; null without a vote, or if no node could be asked. */
  readonly signing: boolean | null;
  readonly problem?: string;
}

/** A region as `services status` shows it. */
export interface RegionStatus {
  readonly name: string;
  readonly cloud: string;
  readonly validators: readonly NodeStatus[];
  /** Absent if no RPC nodes were asked. */
  readonly rpcNodes?: readonly NodeStatus[];
  /** Why the region could not be asked. */
  readonly error?: string;
}

/** The network as far as its nodes say it. */
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

/**
 * Blocks that a node may be behind the highest head while all is well: one is on its way, and one was made meanwhile; and those
 * of the time by which an answer may be late.
 */
const NORMAL_LAG_BLOCKS = 2;
const LATE_MILLISECONDS = 500;

/**
 * Sums up what all regions have said. Pure.
 *
 * @param genesisHash of the network's chain: nodes on other chains say nothing about it. @default that of most nodes
 */
export function networkStatus(
  regions: readonly ObservedRegion[],
  genesisHash: Hex | undefined = commonGenesis(regions),
): NetworkStatus {
  const nodes = regions.flatMap((region) => region.nodes);
  const observations = nodes.flatMap(({ observation }) => observation ?? []);
  const onChain = nodes.filter(({ observation }) => observation?.genesisHash === genesisHash);
  const best = highestBy(
    onChain.flatMap(({ observation }) => observation ?? []),
    ({ head }) => head.number,
  );
  const highest = highestHead(onChain);
  const signs = (address: Address | undefined) =>
    address !== undefined && best?.validators.includes(lowerCase(address))
      ? signingOf(best, address) === "signs"
      : null;
  return {
    regions: regions.map((region) => {
      const statuses = (role: ObservedNode["role"]) =>
        region.nodes.filter((node) => node.role === role).map((node) => statusOf(node, highest, signs));
      const rpcNodes = statuses("rpc");
      return {
        name: region.name,
        cloud: region.cloud,
        validators: statuses("validator"),
        ...(rpcNodes.length === 0 ? {} : { rpcNodes }),
        ...(region.error === undefined ? {} : { error: region.error }),
      };
    }),
    chain: {
      head: highest?.number ?? null,
      validators: best?.validators.length ?? null,
      signing: best?.validators.filter((address) => signingOf(best, address) === "signs").length ?? null,
      quorum: best === undefined ? null : quorum(best.validators.length),
      genesisBlocks: new Set(observations.map((observation) => observation.genesisHash)).size,
    },
  };
}

/** The genesis block that most nodes have; undefined if no node answered. */
export function commonGenesis(regions: readonly ObservedRegion[]): Hex | undefined {
  return mostCommon(
    regions.flatMap(({ nodes }) => nodes.flatMap(({ observation }) => observation?.genesisHash ?? [])),
  );
}

/** The value that is there most often, the first of those that are there equally often. */
export function mostCommon<Value>(values: readonly Value[]): Value | undefined {
  return highestBy([...new Set(values)], (value) => values.filter((other) => other === value).length);
}

/** The highest head, and how fast it moves. */
interface HighestHead extends HeadReading {
  readonly blocksPerMillisecond: number;
}

function highestHead(nodes: readonly ObservedNode[]): HighestHead | undefined {
  const number = (reading: HeadReading) => reading.number;
  const first = highestBy(
    nodes.flatMap(({ readings }) => readings[0] ?? []),
    number,
  );
  const last = highestBy(
    nodes.flatMap(({ readings }) => readings.at(-1) ?? []),
    number,
  );
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const elapsed = last.at - first.at;
  return { ...last, blocksPerMillisecond: elapsed > 0 ? (last.number - first.number) / elapsed : 0 };
}

function highestBy<Value>(values: readonly Value[], measure: (value: Value) => number): Value | undefined {
  return values.reduce<Value | undefined>(
    (highest, one) => (highest === undefined || measure(one) > measure(highest) ? one : highest),
    undefined,
  );
}

function statusOf(
  { name, address, replicas, isReady, observation, readings, problem }: ObservedNode,
  highest: HighestHead | undefined,
  signs: (address: Address | undefined) => boolean | null,
): NodeStatus {
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
    signing: signs(address),
    ...(problem === undefined ? {} : { problem }),
  };

  function stateOf(): NodeState {
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

function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address;
}
