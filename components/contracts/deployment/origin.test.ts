import type { Address, Hash, Hex, PublicClient } from "viem";
import { describe, expect, it } from "vitest";
import { madeBy } from "./origin";

const ADDRESS: Address = "0x00000000000000000000000000000000000000aa";
const HASH: Hash = `0x${"01".repeat(32)}`;
const LATEST = 5000n;

/** A node that has code at the address from a block on, and answers as it does where it keeps no state any more. */
function node(made: bigint, kept: bigint, forgotten: () => Hex | null): PublicClient {
  return {
    getBlockNumber: async () => LATEST,
    getCode: async ({ blockNumber }: { blockNumber: bigint }) =>
      blockNumber <= LATEST - kept ? forgotten() : blockNumber >= made ? "0x60" : undefined,
    getBlock: async ({ blockNumber }: { blockNumber: bigint }) => ({
      transactions: blockNumber === made ? [{ hash: HASH, to: null, input: "0x01" }] : [],
    }),
  } as unknown as PublicClient;
}

const find = (client: PublicClient) => madeBy(client, ADDRESS, ({ input }) => input === "0x01");

describe("the transaction that made a contract", () => {
  it("is found where the node keeps the states", async () => {
    expect(await find(node(4900n, 512n, () => null))).toEqual({ hash: HASH, block: 4900 });
  });

  it("is not known where Besu answers null for a state that it does not keep", async () => {
    expect(await find(node(100n, 512n, () => null))).toBe("not known");
  });

  it("is not known where geth refuses", async () => {
    const refuse = () => {
      throw new Error("missing trie node");
    };
    expect(await find(node(100n, 128n, refuse))).toBe("not known");
  });

  it("is nobody's guess when the network fails", async () => {
    const fail = () => {
      throw new Error("The request timed out.");
    };
    await expect(find(node(100n, 128n, fail))).rejects.toThrow("timed out");
  });
});
