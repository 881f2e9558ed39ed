import type { Hex } from "viem";
import { signingWindow } from "../nodes/signing";
import {
  commonGenesis,
  mostCommon,
  type NetworkStatus,
  type NodeStatus,
  networkStatus,
  type ObservedNode,
  type ObservedRegion,
} from "./network-status";

/** What a healthy network is like. */
export interface ExpectedNetwork {
  /** The number of validators of the whole network, also in regions that were not asked. */
  readonly validators: number;
  /** The number of RPC nodes of the whole network. 0 demands no connection to an RPC node. */
  readonly rpcNodes: number;
  /** The hash of the genesis block. @default that of most nodes */
  readonly genesisHash?: Hex | undefined;
  /** The number of peers that each node of a region may lack, by the region. @default 0 */
  readonly missingPeers: Readonly<Record<string, number>>;
}

/** What a healthy network demands: of a region that it answers, of a node everything else. */
export type Condition =
  | "answering"
  | "running"
  | "ready"
  | "genesis"
  | "line"
  | "synced"
  | "peers"
  | "moving"
  | "signing";

/** A condition that a node does not meet. */
export interface UnmetCondition {
  readonly region: string;
  /** Undefined if the region as a whole does not answer. */
  readonly node: string | undefined;
  readonly condition: Condition;
  /** What is there in place of what should be, without the node's name. @example "3 of 4 peers" */
  readonly problem: string;
}

export interface Judgement {
  readonly status: NetworkStatus;
  /** Every unmet condition, in the order of the regions and nodes. Empty if the network is healthy. */
  readonly unmet: readonly UnmetCondition[];
}

/**
 * Judges a network: every node answers, is ready and in sync, has the network's genesis block and its line of blocks, and a
 * connection to each node that it should have one to; each validator with a vote has proposed a block within the last 2N, as
 * QBFT lets validators propose by turns. Pure.
 *
 * @param before what was observed a block period or more ago. With it, every head must have moved since.
 */
export function judge(
  regions: readonly ObservedRegion[],
  expected: ExpectedNetwork,
  before?: readonly ObservedRegion[],
): Judgement {
  const genesisHash = expected.genesisHash ?? commonGenesis(regions);
  const status = networkStatus(regions, genesisHash);
  const lines = { genesisHash, commonHash: commonHash(regions, genesisHash) };
  return {
    status,
    unmet: regions.flatMap((region, index) => {
      const { validators = [], rpcNodes = [] } = status.regions[index] ?? {};
      const statuses = [...validators, ...rpcNodes];
      return [
        ...(region.error === undefined
          ? []
          : [
              {
                region: region.name,
                node: undefined,
                condition: "answering" as const,
                problem: region.error,
              },
            ]),
        ...region.nodes.flatMap((node) => {
          const nodeStatus = statuses.find(({ name }) => name === node.name) as NodeStatus;
          return [
            ...problemsOf(node, nodeStatus, lines),
            ...peerProblems(node, peersOf(node, region.name, expected)),
            ...signingProblems(nodeStatus, status),
            ...(before === undefined ? [] : movementProblems(node, lines, headBefore(before, region, node))),
          ].map(([condition, problem]) => ({ region: region.name, node: node.name, condition, problem }));
        }),
      ];
    }),
  };
}

/**
 * Whether waiting will not meet the condition: a stopped validator waits for a person, and a node never leaves its genesis block
 * or, as blocks are final in QBFT, its line of blocks.
 */
export function isFinal({ condition }: UnmetCondition): boolean {
  return condition === "running" || condition === "genesis" || condition === "line";
}

/** The unmet conditions as lines, the nodes with the same problem in one. */
export function unmetLines(unmet: readonly UnmetCondition[]): string[] {
  const nodes = new Map<string, string[]>();
  for (const { region, node, problem } of unmet) {
    nodes.set(problem, [...(nodes.get(problem) ?? []), node === undefined ? region : `${region} ${node}`]);
  }
  return [...nodes].map(([problem, names]) => `${names.join(", ")}: ${problem}`);
}

type Problem = readonly [condition: Condition, problem: string];

interface Lines {
  readonly genesisHash: Hex | undefined;
  /** The hash of the block that all nodes on the network's chain have; undefined if no node said it. */
  readonly commonHash: Hex | undefined;
}

function commonHash(regions: readonly ObservedRegion[], genesisHash: Hex | undefined): Hex | undefined {
  const nodes = regions.flatMap((region) => region.nodes);
  return mostCommon(
    nodes
      .filter(({ observation }) => observation?.genesisHash === genesisHash)
      .flatMap(({ common }) => common?.hash ?? []),
  );
}

function problemsOf({ observation, common }: ObservedNode, status: NodeStatus, lines: Lines): Problem[] {
  const { state, ready, lag, problem } = status;
  if (state === "missing") {
    return [["running", "no StatefulSet"]];
  }
  if (state === "stopped") {
    return [["running", "stopped"]];
  }
  if (observation === undefined) {
    return [
      ...(ready ? [] : [NOT_READY]),
      ["answering", `no answer${problem === undefined ? "" : `: ${problem}`}`],
    ];
  }
  const { genesisHash } = observation;
  if (genesisHash !== lines.genesisHash) {
    return [["genesis", `the genesis block is ${genesisHash}, and the network's is ${lines.genesisHash}`]];
  }
  if (isOnOtherLine({ common }, lines)) {
    return [
      ["line", `block ${common?.number} is ${common?.hash}, and that of most nodes is ${lines.commonHash}`],
    ];
  }
  return [
    ...(ready ? [] : [NOT_READY]),
    ...(state === "syncing" ? [["synced", `${lag ?? 0} blocks behind`] as const] : []),
  ];
}

const NOT_READY: Problem = ["ready", "the pod is not ready"];

function isOnOtherLine({ common }: Pick<ObservedNode, "common">, { commonHash: hash }: Lines): boolean {
  return common !== undefined && hash !== undefined && common.hash !== hash;
}

/**
 * The peers that a node should have: each validator has a connection to each other node, and RPC nodes have none among
 * themselves, see `components/besu/options/peers.ts`. A node that the program did not make may be connected as well.
 */
function peersOf({ role }: ObservedNode, region: string, expected: ExpectedNetwork): number {
  const { validators, rpcNodes, missingPeers } = expected;
  const all = role === "validator" ? validators - 1 + rpcNodes : validators;
  return Math.max(0, all - (missingPeers[region] ?? 0));
}

function peerProblems({ observation }: ObservedNode, peers: number): Problem[] {
  return observation === undefined || observation.peers >= peers
    ? []
    : [["peers", `${observation.peers} of ${peers} peers`]];
}

function signingProblems({ signing }: NodeStatus, { chain }: NetworkStatus): Problem[] {
  return signing === false
    ? [["signing", `no block proposed within the last ${signingWindow(chain.validators ?? 0)}`]]
    : [];
}

function movementProblems(node: ObservedNode, lines: Lines, before: number | undefined): Problem[] {
  const head = headOf(node);
  if (
    head === undefined ||
    node.observation?.genesisHash !== lines.genesisHash ||
    isOnOtherLine(node, lines)
  ) {
    return [];
  }
  if (before === undefined) {
    return [["moving", "the head was not seen to move yet"]];
  }
  return head > before ? [] : [["moving", `the head stands at block ${head}`]];
}

function headBefore(
  before: readonly ObservedRegion[],
  region: ObservedRegion,
  { name }: ObservedNode,
): number | undefined {
  const node = before.find((other) => other.name === region.name)?.nodes.find((other) => other.name === name);
  return node === undefined ? undefined : headOf(node);
}

function headOf({ readings }: ObservedNode): number | undefined {
  return readings.at(-1)?.number;
}
