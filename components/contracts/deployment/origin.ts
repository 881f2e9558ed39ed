import type { Address, Hash, Hex, PublicClient } from "viem";
import { refusal } from "../rpc/refusal";

/** The transaction that made a contract. */
export interface Origin {
  readonly hash: Hash;
  readonly block: number;
}

/**
 * Finds the transaction that made a contract: the first block that has its code, and in it the transaction that
 * looks right. Goes back from the latest block by growing steps, so that a node that keeps few states can tell of
 * what is not old.
 *
 * @returns "another transaction" if none in that block looks right, "not known" if the node does not keep the states
 *   of old blocks.
 */
export async function madeBy(
  client: PublicClient,
  address: Address,
  looksRight: (transaction: { readonly to: Address | null; readonly input: Hex }) => boolean,
): Promise<Origin | "another transaction" | "not known"> {
  try {
    const number = await firstBlockWithCode(client, address);
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    const found = transactions.find(looksRight);
    return found === undefined ? "another transaction" : { hash: found.hash, block: Number(number) };
  } catch (error) {
    if (refusal(error) === "unanswered") {
      throw error;
    }
    return "not known";
  }
}

async function firstBlockWithCode(client: PublicClient, address: Address): Promise<bigint> {
  const hasCode = async (blockNumber: bigint) => {
    // Besu answers null where it does not keep the state any more: by default it keeps those of 512 blocks.
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
