import type { Address, Hash, Hex, PublicClient } from "viem";
import { describe, expect, it } from "vitest";
import { findOrigin } from "./origin";

const ADDRESS: Address = "0x00000000000000000000000000000000000000aa";
const HASH: Hash = `0x${"01".repeat(32)}`;
const LATEST = 5000n;

/** A node whose chain has code at the address from block `made` on. For a state older than `kept` blocks it answers `forgotten()`. */
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

const find = (client: PublicClient) => findOrigin(client, ADDRESS, ({ input }) => input === "0x01");

describe("the transaction that created a contract", () => {
  it("is found if the node keeps the states", async () => {
    expect(await find(node(4900n, 512n, () => null))).toEqual({
      kind: "transaction",
      hash: HASH,
      block: 4900,
    });
  });

  it("is unknown if Besu answers null for a pruned state", async () => {
    expect(await find(node(100n, 512n, () => null))).toEqual({ kind: "state-pruned" });
  });

  it("is unknown if geth refuses to read a pruned state", async () => {
    const refuse = () => {
      throw new Error("missing trie node");
    };
    expect(await find(node(100n, 128n, refuse))).toEqual({ kind: "state-pruned" });
  });

  it("is not guessed when the network fails", async () => {
    const fail = () => {
      throw new Error("The request timed out.");
    };
    await expect(find(node(100n, 128n, fail))).rejects.toThrow("timed out");
  });
});
