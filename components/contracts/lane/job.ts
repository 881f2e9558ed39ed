import type { Address, Hash, Hex } from "viem";
import type { ChainfleetError } from "../../error";
import type { Fee } from "../rpc/fee";
import type { ChainSnapshot, LaneRules, Receipt } from "./plan";

/** A transaction that a lane is to send, together with the check that shows its effect on the chain. */
export interface Job {
  /** Unique in the lane; used in messages. @example "CCIPRouter" */
  readonly name: string;
  /** Undefined for a transaction that creates a contract from `data`. */
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
  /**
   * The gas limit; asked for before the transaction is sent, and again after the transaction was reverted.
   *
   * @param missing the jobs of `after` that are not done yet, without which a node cannot estimate.
   * @throws ChainfleetError if the transaction would revert although nothing is missing.
   * @throws UnsettledError if it would revert, and another block or another node behind the endpoint may change that.
   */
  gas(missing: readonly string[]): Promise<bigint>;
  /** Whether the chain shows the transaction's effect already, whoever caused it. */
  isDone(): Promise<boolean>;
  /**
   * Whether sending the transaction twice does no harm, as with CREATE2, where the second transaction reverts. Any other
   * job is not sent while the mempool has a transaction of the sender from before this run, because that transaction may
   * be the same.
   */
  readonly isIdempotent: boolean;
  /** What a person can do who cannot pay `value`, beside sending ether to the sender. */
  readonly insteadOfPaying?: string;
  /** Names of jobs that must come before this job. Names that the lane does not have count as done. */
  readonly after: readonly string[];
}

/**
 * A question about a job whose answer may change with the next block: the lane asks again, and fails the job with the
 * conclusion if the answer does not change.
 */
export class UnsettledError extends Error {
  constructor(readonly conclusion: ChainfleetError) {
    super(conclusion.message);
    this.name = "UnsettledError";
  }
}

/** A transaction that is ready to be signed. */
export interface Transaction {
  readonly nonce: number;
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  readonly fee: Fee;
}

/** What a lane needs from a chain: the node, and signatures with the sender's key. */
export interface LaneChain {
  readonly name: string;
  readonly sender: Address;
  sign(transaction: Transaction): Promise<Hex>;
  /** Hands a signed transaction to the node. */
  broadcast(raw: Hex): Promise<void>;
  /** Asks the node about the sender and about the transactions with these hashes. */
  observe(hashes: readonly Hash[]): Promise<ChainSnapshot>;
  hashOf(raw: Hex): Hash;
  /** The sender's balance, in wei. */
  balance(): Promise<bigint>;
  /** The present rules; the fee follows the chain. */
  rules(): Promise<LaneRules>;
  /** Pause between two observations. */
  readonly pollMilliseconds: number;
}

/** How a job succeeded. */
export type JobResult =
  /** A transaction of this lane is in a block, with the required confirmations. */
  | { readonly kind: "mined"; readonly receipt: Receipt }
  /** The chain showed the effect without a transaction of this lane. */
  | { readonly kind: "already-done" };

/** An empty transaction to the sender that fills a nonce gap. Done as soon as any transaction has used the nonce. */
export function gapFillingJob({ sender }: LaneChain, nonce: number): Job {
  return {
    name: `nonce ${nonce}`,
    to: sender,
    data: "0x",
    value: 0n,
    isIdempotent: true,
    after: [],
    gas: async () => 21_000n,
    isDone: async () => true,
  };
}
