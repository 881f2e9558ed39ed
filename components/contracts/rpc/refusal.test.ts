import { createPublicClient, custom, RpcRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { type Refusal, refusal, remedy } from "./refusal";

/** The error that viem throws when a node answers eth_sendRawTransaction with this code and message. */
async function answered(code: number, message: string): Promise<unknown> {
  const client = createPublicClient({
    transport: custom(
      {
        request: () =>
          Promise.reject(new RpcRequestError({ body: {}, url: "http://node", error: { code, message } })),
      },
      { retryCount: 0 },
    ),
  });
  return client.sendRawTransaction({ serializedTransaction: "0x" }).catch((error: unknown) => error);
}

/**
 * Every answer that Besu's JsonRpcErrorConverter can give to eth_sendRawTransaction, with the code and the message of
 * RpcErrorType: https://github.com/besu-eth/besu/tree/683880baa609111e6fee47ef1122dce7a76a154b
 */
const BESU: readonly [number, string, Refusal][] = [
  [-32000, "Known transaction", "known"],
  [-32000, "Replacement transaction underpriced", "underpriced"],
  [-32000, "Wrong chainId", "refused"],
  [-32000, "ChainId not supported", "refused"],
  [-32000, "ChainId is required", "refused"],
  [-32000, "Transaction fee cap exceeded", "refused"],
  [-32000, "Max priority fee per gas exceeds max fee per gas", "refused"],
  [-32000, "Transaction nonce is too distant from current sender nonce", "pool full"],
  [-32000, "An invalid transaction with a lower nonce exists", "pool full"],
  [-32000, "Total blob gas too high", "refused"],
  [-32000, "Plugin has marked the transaction as invalid", "refused"],
  [-32000, "Plugin has marked the transaction as not acceptable by the transaction pool", "refused"],
  [-32000, "Transaction processing could not be completed due to an exception", "refused"],
  [-32000, "Block not found", "refused"],
  [-32001, "Nonce too low", "nonce used"],
  [-32002, "Invalid signature", "refused"],
  [
    -32002,
    "Transaction pool not enabled. (Either txpool explicitly disabled, or node not yet in sync).",
    "unanswered",
  ],
  [-32003, "Intrinsic gas exceeds gas limit", "refused"],
  [-32004, "Upfront cost exceeds account balance", "refused"],
  [-32005, "Transaction gas limit exceeds block gas limit", "refused"],
  [-32005, "Transaction gas limit cap exceeded", "refused"],
  [-32005, "Number of requests exceeds max batch size", "unanswered"],
  [-32006, "Nonce too high", "pool full"],
  [-32007, "Sender account not authorized to send transactions", "refused"],
  [-32008, "Initial sync is still in progress", "unanswered"],
  [-32009, "Gas price below configured minimum gas price", "fee too low"],
  [-32009, "Gas price below current base fee", "fee too low"],
  [-32009, "blob gas price below current blob base fee", "fee too low"],
  [-32602, "Invalid transaction type", "refused"],
  [-32602, "Invalid params", "refused"],
  [-32602, "Invalid block param (block not found)", "refused"],
  [-32603, "Internal error", "unanswered"],
  [-32603, "Timeout expired", "unanswered"],
  [-32603, "blobs failed kzg validation", "refused"],
  [-32604, "Method not enabled", "refused"],
];

/** geth's own sentences, as its transaction pool completes them with numbers. */
const GETH: readonly [number, string, Refusal][] = [
  [-32000, "already known", "known"],
  [-32000, "nonce too low: next nonce 7, tx nonce 3", "nonce used"],
  [-32000, "nonce too high: tx nonce 9, gapped nonce 7", "pool full"],
  [-32000, "replacement transaction underpriced", "underpriced"],
  [
    -32000,
    "replacement transaction underpriced: new tx gas fee cap 1 < 2 queued + 100% replacement penalty",
    "underpriced",
  ],
  [-32000, "transaction underpriced: gas tip cap 1, minimum needed 1000000000", "fee too low"],
  [-32000, "transaction gas price below minimum: gas tip cap 1, minimum needed 1000000000", "fee too low"],
  [
    -32000,
    "max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 7",
    "fee too low",
  ],
  [-32000, "txpool is full", "pool full"],
  [-32000, "account limit exceeded: pooled 16 txs", "pool full"],
  [-32000, "in-flight transaction limit reached for delegated accounts", "pool full"],
  [-32000, "gapped-nonce tx from delegated accounts", "pool full"],
  [-32000, "future transaction tries to replace pending", "pool full"],
  [-32000, "address already reserved", "pool full"],
  [-32000, "transaction indexing is in progress", "unanswered"],
  [-32000, "exceeds block gas limit", "refused"],
  [-32000, "transaction gas limit too high (cap: 16777216, tx: 20000000)", "refused"],
  [-32000, "max initcode size exceeded: code size 50000, limit 49152", "refused"],
  [-32000, "oversized data: transaction size 140000, limit 131072", "refused"],
  [-32000, "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1", "refused"],
  [-32000, "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)", "refused"],
  [-32000, "only replay-protected (EIP-155) transactions allowed over RPC", "refused"],
  [-32000, "sender not an eoa: address 0x00, len(code): 9", "refused"],
  [-32000, "invalid sender: invalid transaction v, r, s values", "refused"],
  [-32000, "intrinsic gas too low: gas 1, minimum needed 21000", "refused"],
  [-32000, "insufficient gas for floor data gas cost: gas 1, minimum needed 21000", "refused"],
];

/** anvil's and reth's own sentences. */
const RUST: readonly [number, string, Refusal][] = [
  [-32003, "transaction already imported", "known"],
  [-32003, "transaction priority fee below minimum required priority fee 7", "fee too low"],
  [-32003, "max fee per gas less than block base fee", "fee too low"],
  [-32003, "Insufficient funds for gas * price + value", "refused"],
  [-32003, "insufficient funds for gas * price + value: have 0 want 1", "refused"],
  [-32003, "exceeds max transaction gas limit", "refused"],
  [-32000, "intrinsic gas too high -- tx.gas_limit > block.gas_limit", "refused"],
  [-32003, "max initcode size exceeded", "refused"],
  [-32603, "internal eth error", "unanswered"],
];

describe.each([
  ["Besu", BESU],
  ["geth", GETH],
  ["anvil or reth", RUST],
])("an answer of %s", (_, answers) => {
  it.each(answers)('with code %i and "%s" means "%s"', async (code, message, reason) => {
    expect(refusal(await answered(code, message))).toBe(reason);
  });
});

describe("an answer of something else", () => {
  it("is a contract's if it begins as a revert, whatever the contract says", async () => {
    expect(refusal(await answered(3, "execution reverted: nonce too low, request timed out"))).toBe(
      "refused",
    );
  });

  it("is final if it is unknown, also where it contains the words of a known one", async () => {
    expect(refusal(await answered(-32000, "unknown transaction type"))).toBe("refused");
    expect(refusal(await answered(-32000, "Private transaction: nonce too low"))).toBe("refused");
  });

  it.each([-32005, -32007, 429])("with code %i is a provider's rate limit", async (code) => {
    const message = "Your app has exceeded its compute units per second capacity.";
    expect(refusal(await answered(code, message))).toBe("unanswered");
  });
});

describe("the remedy for a transaction that a node never accepts", () => {
  it.each([
    [-32005, "Transaction gas limit exceeds block gas limit", /raise the block gas limit/],
    [-32005, "Transaction gas limit cap exceeded", /EIP-7825/],
    [-32007, "Sender account not authorized to send transactions", /permit the account/],
    [-32004, "Upfront cost exceeds account balance", /Send ether/],
    [-32000, "max initcode size exceeded: code size 50000, limit 49152", /EIP-3860/],
  ])('with code %i and "%s" is named', async (code, message, words) => {
    expect(remedy(await answered(code, message))).toMatch(words);
  });

  it("is left out where nothing is known", async () => {
    expect(remedy(await answered(-32000, "Plugin says no"))).toBeUndefined();
  });
});
