import type { Address, Hash, Hex, PublicClient } from "viem";

/** The transaction that made a contract. */
export interface Origin {
  readonly hash: Hash;
  readonly block: number;
}

/**
 * Finds the transaction that made a contract: the first block that has its code, by halving, and in it the
 * transaction that looks right.
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
  } catch {
    return "not known";
  }
}

async function firstBlockWithCode(client: PublicClient, address: Address): Promise<bigint> {
  let low = 0n;
  let high = await client.getBlockNumber();
  while (low < high) {
    const middle = (low + high) / 2n;
    const code = await client.getCode({ address, blockNumber: middle });
    if (code === undefined || code === "0x") {
      low = middle + 1n;
    } else {
      high = middle;
    }
  }
  return low;
}
