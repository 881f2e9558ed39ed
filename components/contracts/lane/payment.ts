import { formatEther, formatGwei } from "viem";
import { ChainfleetError } from "../../error";
import type { LaneChain } from "./job";

/** What a transaction may cost: units of gas, and wei that it sends along. */
export interface Bill {
  readonly name: string;
  readonly gas: bigint;
  readonly value: bigint;
}

/**
 * What a sender lacks to pay for transactions, if it does.
 *
 * @param waiting those to be sent.
 * @param inAir those that are sent and not paid for yet.
 * @param price the most that is offered for a unit of gas, in wei.
 */
export function lacking(
  chain: Pick<LaneChain, "name" | "sender">,
  waiting: readonly Bill[],
  inAir: readonly Bill[],
  price: bigint,
  balance: bigint,
): ChainfleetError | undefined {
  const sum = (bills: readonly Bill[]) =>
    bills.reduce((all, { gas, value }) => all + gas * price + value, 0n);
  const needed = sum(waiting) + sum(inAir);
  if (waiting.length === 0 || balance >= needed) {
    return undefined;
  }
  const count = waiting.length === 1 ? "a transaction needs" : `${waiting.length} transactions need`;
  const names = waiting.map(({ name }) => name).join(", ");
  return new ChainfleetError({
    code: "TODO",
    summary: `${chain.sender} on ${chain.name} has ${formatEther(balance)} ether; ${count} up to ${formatEther(needed)} ether at ${formatGwei(price)} gwei (${names}). None of them was sent.`,
    next: `Send it ${formatEther(needed - balance)} ether or more and run again.`,
  });
}
