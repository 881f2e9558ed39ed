import type { Address, Hex } from "viem";
import type { Transaction } from "./transaction";
import { nonceOf, type WorldState } from "./world-state";

interface Pooled {
  readonly transaction: Transaction;
  /** When the node had it: simulated milliseconds. */
  readonly since: number;
}

/**
 * The transactions that a node has heard of and that are in no block of its chain yet. Besu keeps them in memory alone.
 *
 * A transaction takes the place of another one with its nonce: at a price of zero the new one need not pay more
 * (TransactionReplacementByGasPriceRule.java in https://github.com/hyperledger/besu, 3fd224e).
 */
export class TransactionPool {
  readonly #bySender = new Map<Address, Map<number, Pooled>>();

  add(transaction: Transaction, since: number): void {
    const ofSender = this.#bySender.get(transaction.sender) ?? new Map<number, Pooled>();
    this.#bySender.set(transaction.sender, ofSender.set(transaction.nonce, { transaction, since }));
  }

  has(hash: Hex): boolean {
    return [...this.#bySender.values()].some((ofSender) =>
      [...ofSender.values()].some(({ transaction }) => transaction.hash === hash),
    );
  }

  /** The nonce after the pooled transactions of an account that can follow one another. */
  nextNonce(account: Address, world: WorldState): number {
    let nonce = nonceOf(world, account);
    while (this.#bySender.get(account)?.has(nonce) === true) {
      nonce += 1;
    }
    return nonce;
  }

  /**
   * The transactions of a block that the node makes, in the order in which it had them. Forgets those that are in blocks.
   *
   * @param world after the parent.
   * @param limits when the block is made, in simulated milliseconds, and the gas that it can have.
   */
  take(world: WorldState, limits: { readonly at: number; readonly gas: number }): readonly Transaction[] {
    const executable = [...this.#bySender].flatMap(([account, ofSender]) => {
      const list: Pooled[] = [];
      for (const nonce of ofSender.keys()) {
        if (nonce < nonceOf(world, account)) {
          ofSender.delete(nonce);
        }
      }
      for (let nonce = nonceOf(world, account); ; nonce += 1) {
        const pooled = ofSender.get(nonce);
        if (pooled === undefined || pooled.since > limits.at) {
          return list;
        }
        // One that replaced another is younger than those that follow it.
        list.push({ ...pooled, since: Math.max(pooled.since, list.at(-1)?.since ?? 0) });
      }
    });
    const taken: Transaction[] = [];
    const full = new Set<Address>();
    let gas = BigInt(limits.gas);
    for (const { transaction } of executable.sort((one, other) => one.since - other.since)) {
      if (transaction.gas > gas) {
        full.add(transaction.sender);
      } else if (!full.has(transaction.sender)) {
        gas -= transaction.gas;
        taken.push(transaction);
      }
    }
    return taken;
  }
}
