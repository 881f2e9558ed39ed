import type { Address, Hash, Hex } from "viem";
import type { Fee } from "../rpc/fee";
import type { ChainSnapshot, LaneRules, Receipt } from "./plan";

/** A transaction to be made, known by what it leaves on the chain. */
export interface Job {
  /** Unique in the lane; for messages. @example "CCIPRouter" */
  readonly name: string;
  /** Undefined makes a contract of the data. */
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
  /** Asked before the transaction is sent. A ChainfleetError ends the job: it would be reverted. */
  gas(): Promise<bigint>;
  /** Whether the chain already has what the transaction makes, whoever made it. */
  isDone(): Promise<boolean>;
  /**
   * Whether a second transaction like it would do no harm, as one of CREATE2, which is reverted. Any other is not sent
   * while the pool has one of the sender's from before this run: it may be the same.
   */
  readonly isIdempotent: boolean;
  /** Names of jobs that must be before this one. Those that the lane does not have count as done. */
  readonly after: readonly string[];
}

/** A transaction ready to be signed. */
export interface Transaction {
  readonly nonce: number;
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  readonly fee: Fee;
}

/** The chain as a lane sees it; the sender's key is behind it. */
export interface LaneChain {
  readonly name: string;
  readonly sender: Address;
  sign(transaction: Transaction): Promise<Hex>;
  /** Hands a signed transaction to the node. */
  broadcast(raw: Hex): Promise<void>;
  /** What the node knows of the sender and of these transactions. */
  observe(hashes: readonly Hash[]): Promise<ChainSnapshot>;
  hashOf(raw: Hex): Hash;
  /** What the sender has, in wei. */
  balance(): Promise<bigint>;
  /** The rules as they are at this moment: the fee follows the chain. */
  rules(): Promise<LaneRules>;
  /** Between two looks. */
  readonly pollMilliseconds: number;
}

/** How a job ended: the transaction that did it, or undefined if the chain had its effect already. */
export type Done = Receipt | undefined;
