import type { Block } from "../../qbft/chain";
import type { Network } from "../../qbft/network";
import type { SimulatedNode } from "../../qbft/node";
import type { NodeOptions } from "./options";

/** A node whose servers answer. */
export interface RunningNode {
  readonly network: Network;
  /** The public key in hex. */
  readonly id: string;
  readonly options: NodeOptions;
  /** The Besu release in the image; what Besu says of itself. */
  readonly release: string;
  /** Simulated milliseconds. The network has passed this time. */
  readonly now: () => number;
}

/** What Besu calls itself: BesuVersionUtils.version() in https://github.com/hyperledger/besu (3fd224e). */
export function clientVersion({ release }: Pick<RunningNode, "release">): string {
  return `besu/v${release}/linux-x86_64/openjdk-java-21`;
}

/** What a node says of itself at one moment. */
export interface NodeState {
  readonly node: SimulatedNode;
  readonly head: Block;
  /** The head of the block import that is under way; undefined if the node thinks that it is in sync. */
  readonly syncing: { readonly from: number; readonly current: number; readonly highest: number } | undefined;
  readonly peers: readonly SimulatedNode[];
  readonly bestKnown: number;
}

export function stateOf({ network, id, now }: RunningNode): NodeState {
  const time = now();
  const node = network.node(id);
  const head = network.headOf(id, time);
  const bestKnown = network.bestKnown(id, time);
  const { syncing } = node;
  return {
    node,
    head,
    syncing:
      syncing === undefined || time < syncing.startedAt
        ? undefined
        : { from: syncing.from, current: head.number, highest: bestKnown },
    peers: [...network.peersOf(id)].map((peer) => network.node(peer)),
    bestKnown,
  };
}

/** The block of a number, as far as the node has imported it. */
export function blockOf({ node, head }: NodeState, number: number): Block | undefined {
  return number <= head.number ? node.head.branch.block(number) : undefined;
}
