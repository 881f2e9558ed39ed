import type { Address, Hash, Hex, PublicClient } from "viem";
import { refusal } from "../rpc/refusal";
import type { Deployed } from "./strategy";

/** What is known of the transaction that created a contract. */
export type Origin =
  | { readonly kind: "transaction"; readonly hash: Hash; readonly block: number }
  /** No transaction of the block in which the code appeared matches. */
  | { readonly kind: "other-transaction" }
  /** The node does not keep the states of old blocks, so the block cannot be found. */
  | { readonly kind: "state-pruned" };

/**
 * Finds the transaction that created a contract: searches the first block that has the contract's code, and in that
 * block the transaction that matches. The search goes back from the latest block by growing steps, so that a node that
 * keeps few states can still tell where a recent contract came from.
 */
export async function findOrigin(
  client: PublicClient,
  address: Address,
  matches: (transaction: { readonly to: Address | null; readonly input: Hex }) => boolean,
): Promise<Origin> {
  try {
    const number = await firstBlockWithCode(client, address);
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    const found = transactions.find(matches);
    return found === undefined
      ? { kind: "other-transaction" }
      : { kind: "transaction", hash: found.hash, block: Number(number) };
  } catch (error) {
    if (refusal(error) === "unanswered") {
      throw error;
    }
    return { kind: "state-pruned" };
  }
}

/** A contract at an address, with its transaction if that is known. */
export function placeOf(address: Address, origin: Origin): Deployed {
  return origin.kind === "transaction"
    ? { address, transaction: origin.hash, block: origin.block }
    : { address, transaction: "", block: 0 };
}

async function firstBlockWithCode(client: PublicClient, address: Address): Promise<bigint> {
  const hasCode = async (blockNumber: bigint) => {
    // Besu answers null for a block whose state it does not keep any more. By default Besu keeps 512 states.
    const code: Hex | null | undefined = await client.getCode({ address, blockNumber });
    if (code === null) {
      throw new Error(`the node does not keep the state of block ${blockNumber}`);
    }
    return code !== undefined && code !== "0x";
  };
  let high = await client.getBlockNumber();
  let low = high;
  for (let step = 1n; low > 0n; step *= 2n) {
    low = high > step ? high - step : 0n;
    if (!(await hasCode(low))) {
      low += 1n;
      break;
    }
    high = low;
  }
  while (low < high) {
    const middle = (low + high) / 2n;
    if (await hasCode(middle)) {
      high = middle;
    } else {
      low = middle + 1n;
    }
  }
  return low;
}
