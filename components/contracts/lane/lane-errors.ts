import type { Hash } from "viem";
import { ChainfleetError } from "../../error";
import { nodeMessage, remedy } from "../rpc/refusal";
import type { LaneChain } from "./job";
import type { Receipt } from "./plan";

/** The errors with which a lane ends one job. */

type NamedChain = Pick<LaneChain, "name" | "sender">;

/** The node will never accept the transaction. */
export function transactionRefused(name: string, chain: NamedChain, error: Error): ChainfleetError {
  return new ChainfleetError({
    code: "TRANSACTION_REFUSED",
    summary: `${name} on ${chain.name}: the node refuses the transaction: ${nodeMessage(error)}`,
    next:
      remedy(error) ??
      "The node would refuse the transaction again. Correct what the node names, or use another endpoint, then run again.",
    cause: error,
  });
}

/** Several transactions of the job were reverted. */
export function transactionReverted(
  name: string,
  chain: NamedChain,
  { hash, block }: Receipt,
  reverts: number,
): ChainfleetError {
  return new ChainfleetError({
    code: "TRANSACTION_REVERTED",
    summary: `${name} on ${chain.name}: transaction ${hash} in block ${block} was reverted; ${reverts} transactions of this job were reverted in all.`,
    next: "Inspect the transaction with: cast run <transaction> --rpc-url <the chain's>. The constructor or the called contract refuses the transaction.",
  });
}

/** Transactions of another program used every nonce that the job was given. */
export function noncesTaken(name: string, chain: NamedChain, nonces: readonly number[]): ChainfleetError {
  return new ChainfleetError({
    code: "NONCE_TAKEN",
    summary: `${name} on ${chain.name}: another program sends with the key of ${chain.sender}. Its transactions used the nonces ${nonces.join(", ")}, which this run had given to ${name}.`,
    next: "Stop the other program, or give this run a key of its own, then run again. On a chain with free gas, a node lets a transaction replace another one of the same price.",
  });
}

/** A contract that the job's constructor calls will not exist. */
export function dependencyFailed(
  names: readonly string[],
  chain: string,
  { dependency, cause, reverted }: DependencyFailure,
): ChainfleetError {
  const effect =
    reverted === undefined
      ? `not sent, because ${dependency} failed.`
      : `transaction ${reverted} was reverted, because ${dependency} failed.`;
  return new ChainfleetError({
    code: "DEPENDENCY_FAILED",
    summary: `${names.join(", ")} on ${chain}: ${effect} The cause: ${cause instanceof ChainfleetError ? cause.summary : nodeMessage(cause)}`,
    next:
      (cause instanceof ChainfleetError ? cause.next : undefined) ?? `Correct ${dependency}, then run again.`,
    cause,
  });
}

/** Why a job cannot succeed although nothing is wrong with the job itself. */
export interface DependencyFailure {
  /** The job that failed. */
  readonly dependency: string;
  readonly cause: Error;
  /** The transaction that was reverted; absent if none was sent. */
  readonly reverted?: Hash;
}
