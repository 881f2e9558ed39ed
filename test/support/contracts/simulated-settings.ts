import type { Hex } from "viem";
import type { Dialect, NodeError } from "./node-dialects";

/** An event at a simulated node before an observation. */
export type Fault =
  | "none"
  /** A block is mined. */
  | "block"
  /** The node restarts and loses its mempool. */
  | "mempool lost"
  /** Another program with the same key sends a transaction. */
  | "foreign transaction"
  /** Another program with the same key replaces the pending transaction with the lowest nonce, if the node lets it. */
  | "foreign replacement"
  /** The same, and a block takes the replacement before the lane can see it. */
  | "foreign replacement mined"
  /** The next broadcast reaches the node, but the node's answer is lost. */
  | "lost answer"
  /** The next call is answered with status 500. */
  | "server error"
  /** Fees double; transactions with a lower offer stay in the mempool. */
  | "fee spike"
  /** Fees halve. */
  | "fee fall"
  /** The node answers with an older block and transaction count. */
  | "stale";

/** The chain's limits. */
export interface SimulatedSettings {
  /** Transactions that fit into a block. */
  readonly blockSize: number;
  /** Transactions that the mempool accepts. */
  readonly poolSize: number;
  readonly confirmations: number;
  readonly maxPending: number;
  /** The sender's balance, in wei. @default one ether */
  readonly balance?: bigint;
  /** The fee ceiling, in wei. @default 10 gwei */
  readonly ceiling?: bigint;
  /** True if transactions are calls, which succeed again; false if they are creations, whose repetition reverts. */
  readonly allowsRepetition?: boolean;
  /** How the node words its refusals, and which replacements it takes. @default geth's */
  readonly dialect?: Dialect;
  /** What a unit of gas costs in the beginning, in wei. @default 10 wei */
  readonly fee?: bigint;
  /** The most gas that a block holds. @default 30 million */
  readonly gasLimit?: bigint;
  /** By a transaction's data, the data of the transaction without whose effect it is reverted. */
  readonly needs?: ReadonlyMap<Hex, Hex>;
  /**
   * The error with which the node refuses a broadcast.
   *
   * @param count number of broadcasts, including this one.
   * @param data of the transaction.
   */
  readonly refuses?: (count: number, data: Hex) => NodeError | undefined;
  /** The tip that the node suggests, in wei. @default one wei where gas costs something */
  readonly tip?: bigint;
}
