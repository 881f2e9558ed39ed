import { type Hex, parseEther, type TransactionSerializableLegacy } from "viem";
import type { Refusal } from "../../../components/contracts/rpc/refusal";
import { sender } from "./trial";

/** Transactions of which Besu refuses the last one. */
export interface RefusedTransactions {
  readonly name: string;
  /** What the lane understands. */
  readonly expected: Refusal;
  /** @param nonce The sender's next nonce. */
  transactions(nonce: number): Promise<Hex[]>;
}

/**
 * Besu's reasons are in TransactionInvalidReason, its sentences in RpcErrorType. Transactions with a nonce that leaves
 * a gap stay in the mempool.
 *
 * A transaction that costs more than its sender has is not among them: since 26.1.0 (besu PR #9530) Besu takes such a
 * transaction into the mempool, where it waits until the sender can pay. Init code that is too long is not among them
 * either: Besu answers "Internal error", which says nothing about the transaction.
 */
export const refusedTransactions: readonly RefusedTransactions[] = [
  {
    name: "that the node has already",
    expected: "known",
    transactions: async (nonce) => {
      const waiting = await signed({ nonce: nonce + 10 });
      return [waiting, waiting];
    },
  },
  {
    name: "whose nonce is used",
    expected: "nonce used",
    transactions: async () => [await signed({ nonce: 0, gasPrice: 7n })],
  },
  {
    // Besu takes a replacement at the same price where gas is free: it then forces --tx-pool-price-bump to 0.
    name: "that pays less than the one that it would replace",
    expected: "underpriced",
    transactions: async (nonce) => [
      await signed({ nonce: nonce + 20, gasPrice: 1000n }),
      await signed({ nonce: nonce + 20, gasPrice: 999n }),
    ],
  },
  {
    name: "whose nonce is too far in the future",
    expected: "pool full",
    transactions: async (nonce) => [await signed({ nonce: nonce + 100_000 })],
  },
  {
    name: "with more gas than a block has",
    expected: "refused",
    transactions: async (nonce) => [await signed({ nonce, gas: 30_000_001n })],
  },
  {
    name: "with less gas than its data costs",
    expected: "refused",
    transactions: async (nonce) => [await signed({ nonce, gas: 20_999n })],
  },
  {
    name: "of another chain",
    expected: "refused",
    transactions: async (nonce) => [await signed({ nonce, chainId: 1 })],
  },
  {
    // By default Besu lets a transaction pay at most 1 ether for a unit of gas (--rpc-tx-feecap).
    name: "that would pay more than the node allows",
    expected: "refused",
    transactions: async (nonce) => [await signed({ nonce, gasPrice: parseEther("2") })],
  },
];

function signed(changes: Partial<TransactionSerializableLegacy>): Promise<Hex> {
  return sender.signTransaction({
    type: "legacy",
    chainId: 138,
    to: sender.address,
    gas: 21_000n,
    gasPrice: 0n,
    ...changes,
  });
}
