import { formatEther, formatGwei } from "viem";
import { ChainfleetError } from "../../error";
import type { LaneChain } from "./job";

/** What a transaction may cost: units of gas, and the wei that the transaction transfers. */
export interface PayableTransaction {
  readonly name: string;
  readonly gas: bigint;
  readonly value: bigint;
  /** What a person can do who cannot pay the value. */
  readonly insteadOfPaying?: string | undefined;
}

/** The transactions that a sender has to pay for, and the balance. */
export interface FundsQuestion {
  readonly chain: Pick<LaneChain, "name" | "sender">;
  /** Transactions that are not sent yet. */
  readonly waiting: readonly PayableTransaction[];
  /** Transactions that are sent but not yet paid for. */
  readonly inFlight: readonly PayableTransaction[];
  /** Most that is offered for a unit of gas, in wei. */
  readonly price: bigint;
  /** In wei. */
  readonly balance: bigint;
}

/** The error that tells how much the sender lacks; undefined if the balance suffices or no transaction waits. */
export function fundsShortfall({
  chain,
  waiting,
  inFlight,
  price,
  balance,
}: FundsQuestion): ChainfleetError | undefined {
  const needed = [...waiting, ...inFlight].reduce((sum, { gas, value }) => sum + gas * price + value, 0n);
  if (waiting.length === 0 || balance >= needed) {
    return undefined;
  }
  const count = waiting.length === 1 ? "a transaction needs" : `${waiting.length} transactions need`;
  const alternatives = waiting.flatMap(({ insteadOfPaying }) => insteadOfPaying ?? []);
  const names = waiting.map(({ name }) => name).join(", ");
  return new ChainfleetError({
    code: "SENDER_CANNOT_PAY",
    summary: `${chain.sender} on ${chain.name} has ${formatEther(balance)} ether; ${count} up to ${formatEther(needed)} ether at ${formatGwei(price)} gwei (${names}). None of them was sent.`,
    next: [
      `Send ${formatEther(needed - balance)} ether or more to ${chain.sender} and run again.`,
      ...new Set(alternatives),
    ].join(" "),
  });
}
