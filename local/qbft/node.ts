import type { Address } from "viem";
import type { Head } from "./chain";
import { TransactionPool } from "./contract/transaction-pool";
import type { Peering } from "./peers";
import { VoteProposals } from "./votes";

/** A node that takes part in a network, as its pod describes it. */
export interface NodeDescription extends Peering {
  /** The account of the node's key. It signs if the account is one of the chain's validators. */
  readonly account: Address;
  /** Where the node runs. Messages between places take longer than those within one. */
  readonly place: string;
  readonly wire: WireFormats;
}

/** The forms of the QBFT messages: a validator drops a message of a form that it does not read. */
export interface WireFormats {
  readonly sends: number;
  readonly reads: readonly number[];
}

/** What is wrong with a node. */
export interface Fault {
  /** Simulated milliseconds that every message to and from the node takes in addition. */
  readonly delay?: number;
  /** The node has no connection to any other. */
  readonly isIsolated?: boolean;
}

/** How far a node is that imports blocks which its peers have. */
export interface Syncing {
  readonly from: number;
  /** When the node has heard of the blocks, and begins. */
  readonly startedAt: number;
  readonly endsAt: number;
}

/** A running node. Times are simulated milliseconds. */
export class SimulatedNode {
  readonly proposals = new VoteProposals();
  readonly pool = new TransactionPool();
  fault: Fault = {};
  syncing: Syncing | undefined;
  /** When the head was imported. The last import may lie ahead of the time that is asked about. */
  importedAt: number;
  isConnected = false;

  /**
   * @param head from the data of the node.
   * @param connectsAt when it connects to its peers.
   */
  constructor(
    readonly description: NodeDescription,
    public head: Head,
    readonly startedAt: number,
    readonly connectsAt: number,
  ) {
    this.importedAt = startedAt;
  }

  /** The number of the last imported block. */
  heightAt(time: number): number {
    if (this.syncing !== undefined) {
      const { from, startedAt, endsAt } = this.syncing;
      const share = Math.min(1, Math.max(0, (time - startedAt) / (endsAt - startedAt)));
      return from + Math.floor((this.head.number - from) * share);
    }
    return time < this.importedAt ? Math.max(0, this.head.number - 1) : this.head.number;
  }
}

/** Simulated milliseconds from the start of a node's process to the connections with its peers. */
export const CONNECTING_MILLISECONDS = 2_000;

/**
 * Blocks that a node imports in a second when it is behind. No source has a figure for empty blocks; Besu 25.10.0 had caught
 * up 4.2 seconds after the start of a process that was killed.
 */
const BLOCKS_PER_SECOND = 300;

/**
 * Until a node has heard of its peers' blocks, it knows no distance to them, and says that it is in sync (ReadinessCheck.java
 * takes a missing sync status for that).
 */
export const HEARING_MILLISECONDS = 2_500;

/** How long a node takes to hear of the blocks that it lacks, and to import them. */
export function syncMilliseconds(blocks: number): number {
  return HEARING_MILLISECONDS + Math.ceil((blocks / BLOCKS_PER_SECOND) * 1000);
}
