import type { Address } from "viem";
import type { Transaction } from "./transaction";
import { afterCall, type ContractState, initialContract, outcomeOf, Revert } from "./validator-contract";

/** What a block of a chain whose validators a contract selects leaves behind. Immutable. */
export interface WorldState {
  readonly contract: ContractState;
  /** The number of transactions of each account that has sent any. */
  readonly nonces: ReadonlyMap<Address, number>;
}

/** The state of a genesis block. */
export function initialWorld(validators: readonly Address[]): WorldState {
  return { contract: initialContract(validators), nonces: new Map() };
}

export function nonceOf({ nonces }: WorldState, account: Address): number {
  return nonces.get(account) ?? 0;
}

/** The state after the transactions of a block, each of which has the next nonce of its sender. One that reverts counts as sent. */
export function afterTransactions(world: WorldState, transactions: readonly Transaction[]): WorldState {
  return transactions.reduce(
    (before, transaction) => ({
      contract: contractAfter(before.contract, transaction),
      nonces: new Map(before.nonces).set(transaction.sender, transaction.nonce + 1),
    }),
    world,
  );
}

function contractAfter(contract: ContractState, transaction: Transaction): ContractState {
  const outcome = outcomeOf(() => afterCall(contract, transaction));
  return outcome instanceof Revert ? contract : outcome;
}
