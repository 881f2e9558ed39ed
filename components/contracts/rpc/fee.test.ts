import { createPublicClient, custom, parseGwei, RpcRequestError, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { currentFee } from "./fee";

/** A node by its answers: a function throws the node's error. */
function nodeWith(answers: Readonly<Record<string, unknown>>) {
  return createPublicClient({
    transport: custom(
      {
        request: async ({ method }: { method: string }) => {
          const answer = answers[method];
          if (answer === undefined) {
            throw rpcError(-32601, "Method not found");
          }
          if (answer instanceof Error) {
            throw answer;
          }
          return answer;
        },
      },
      { retryCount: 0 },
    ),
  });
}

const rpcError = (code: number, message: string) =>
  new RpcRequestError({ body: {}, url: "http://node", error: { code, message } });
const block = (baseFee: bigint) => ({ number: "0x1", baseFeePerGas: toHex(baseFee), transactions: [] });
const history = (...tips: bigint[]) => ({
  baseFeePerGas: ["0x1"],
  gasUsedRatio: [1],
  oldestBlock: "0x1",
  reward: tips.map((tip) => [toHex(tip)]),
});

describe("the fee", () => {
  it.each([
    ["Internal error", rpcError(-32603, "Internal error")],
    ["Method not enabled", rpcError(-32604, "Method not enabled")],
  ])("has the suggested tip if the node answers eth_feeHistory with %s", async (_, failure) => {
    const client = nodeWith({
      eth_getBlockByNumber: block(7n),
      eth_maxPriorityFeePerGas: toHex(parseGwei("3")),
      eth_feeHistory: failure,
    });
    expect((await currentFee(client)).tip).toBe(parseGwei("3"));
  });

  it("obeys the minimum that a node has named, although the node suggests less", async () => {
    // Polygon's empty blocks have a median tip of 0, and the node's suggestion follows the last transactions.
    const client = nodeWith({
      eth_getBlockByNumber: block(100n),
      eth_maxPriorityFeePerGas: toHex(parseGwei("2")),
      eth_gasPrice: toHex(parseGwei("2")),
      eth_feeHistory: history(0n, 0n),
    });
    const leastTip = parseGwei("25");
    expect(await currentFee(client, { kind: "as-suggested", leastTip })).toMatchObject({
      tip: leastTip,
      max: 200n + leastTip,
    });
  });

  it("reaches a minimum price that the node does not name, as Besu's with a base fee of zero", async () => {
    const client = nodeWith({
      eth_getBlockByNumber: block(0n),
      eth_maxPriorityFeePerGas: "0x0",
      eth_gasPrice: "0x3e8",
      eth_feeHistory: history(0n),
    });
    expect(await currentFee(client)).toMatchObject({ max: 0n });
    expect(await currentFee(client, { kind: "as-suggested", leastTip: 0n })).toMatchObject({ max: 1000n });
  });
});
