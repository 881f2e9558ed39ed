import { createPublicClient, custom, RpcRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { leastTipIn, type Refusal, refusal, remedy } from "./refusal";

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
  [-32004, "Upfront cost exceeds account balance", "cannot pay"],
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
  [-32603, "Internal error", "node error"],
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
  [-32000, "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1", "cannot pay"],
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
  [-32003, "Insufficient funds for gas * price + value", "cannot pay"],
  [-32003, "insufficient funds for gas * price + value: have 0 want 1", "cannot pay"],
  [-32003, "exceeds max transaction gas limit", "refused"],
  [-32000, "intrinsic gas too high -- tx.gas_limit > block.gas_limit", "refused"],
  [-32003, "max initcode size exceeded", "refused"],
  [-32603, "internal eth error", "node error"],
];

/** Erigon's classes and reasons, and those of its RPC server. */
const ERIGON: readonly [number, string, Refusal][] = [
  [-32000, "ALREADY_EXISTS: already known", "known"],
  [-32000, "INTERNAL_ERROR: existing tx with same hash", "known"],
  [-32000, "INTERNAL_ERROR: existing txn with same hash", "known"],
  [-32000, "INTERNAL_ERROR: nonce too low", "nonce used"],
  [-32000, "INTERNAL_ERROR: mined", "nonce used"],
  [-32000, "FEE_TOO_LOW: replacement transaction underpriced", "underpriced"],
  [-32000, "INTERNAL_ERROR: could not replace existing tx", "underpriced"],
  [-32000, "INTERNAL_ERROR: replaced by transaction with higher tip", "underpriced"],
  [-32000, "FEE_TOO_LOW: underpriced", "fee too low"],
  [-32000, "FEE_TOO_LOW: fee too low", "fee too low"],
  [-32000, "INTERNAL_ERROR: spammer", "pool full"],
  [-32000, "INTERNAL_ERROR: pending sub-pool is full", "pool full"],
  [-32000, "INTERNAL_ERROR: baseFee sub-pool is full", "pool full"],
  [-32000, "INTERNAL_ERROR: queued sub-pool is full", "pool full"],
  [-32000, "INTERNAL_ERROR: insufficient funds", "cannot pay"],
  [-32000, "INTERNAL_ERROR: gas limit is too high", "refused"],
  [-32000, "INVALID: initcode too large", "refused"],
  [-32000, "INVALID: oversized data", "refused"],
  [-32000, "INVALID: RLPTooLong", "refused"],
  [-32000, "INTERNAL_ERROR: IntrinsicGas", "refused"],
  [-32000, "INVALID: fork supporting this transaction type is not activated yet", "refused"],
  [-32000, "invalid chain id, expected: 137 got: 138", "refused"],
  [-32000, "only replay-protected (EIP-155) transactions allowed over RPC", "refused"],
  [-32000, "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)", "refused"],
];

/** Nethermind's answers: the sentences of present releases, and the names of older ones with details. */
const NETHERMIND: readonly [number, string, Refusal][] = [
  [-32010, "already known", "known"],
  [-32010, "AlreadyKnown", "known"],
  [-32010, "nonce too low", "nonce used"],
  [-32010, "OldNonce, Current nonce: 7, nonce of rejected tx: 3.", "nonce used"],
  [-32010, "replacement transaction underpriced", "underpriced"],
  [-32010, "ReplacementNotAllowed", "underpriced"],
  [-32010, "OwnNonceAlreadyUsed", "underpriced"],
  [-32010, "transaction underpriced", "fee too low"],
  [-32010, "FeeTooLow, EffectivePriorityFeePerGas too low 0 < 1, BaseFee: 7", "fee too low"],
  [
    -32010,
    "FeeTooLow, FeePerGas needs to be higher than 100 to be added to the TxPool. Affordable FeePerGas of rejected tx: 50.",
    "fee too low",
  ],
  [-32010, "FeeTooLowToCompete", "fee too low"],
  [-32010, "nonce too high", "pool full"],
  [-32010, "NonceGap, Future nonce. Expected nonce: 3", "pool full"],
  [-32010, "nonce too far in future", "pool full"],
  [-32010, "NonceTooFarInFuture", "pool full"],
  [-32010, "pending transaction type conflict", "pool full"],
  [-32010, "PendingTxsOfConflictingType", "pool full"],
  [-32010, "PendingTxsOfOtherType", "pool full"],
  [-32010, "delegation nonce gap", "pool full"],
  [-32010, "NotCurrentNonceForDelegation", "pool full"],
  [-32010, "delegation authority has pending transaction", "pool full"],
  [-32010, "DelegatorHasPendingTx", "pool full"],
  [-32010, "node is syncing", "unanswered"],
  [-32010, "Syncing", "unanswered"],
  [-32010, "insufficient funds for gas * price + value", "cannot pay"],
  [-32010, "InsufficientFunds, Account balance: 0, cumulative cost: 1", "cannot pay"],
  [-32010, "gas limit reached", "refused"],
  [-32010, "GasLimitExceeded, Gas limit: 30000000, gas limit of rejected tx: 40000000", "refused"],
  [-32010, "Invalid, TxGasLimitCapExceeded: Gas limit 20000000 exceeded cap of 16777216.", "refused"],
  [-32010, "transaction invalid, max initcode size exceeded", "refused"],
  [-32010, "sender not an eoa", "refused"],
  [-32010, "SenderIsContract", "refused"],
  [-32010, "transaction too large", "refused"],
  [-32010, "MaxTxSizeExceeded", "refused"],
  [-32010, "transaction cost overflow", "refused"],
  [-32010, "Int256Overflow", "refused"],
  [-32010, "failed to recover sender", "refused"],
  [-32010, "FailedToResolveSender", "refused"],
  [-32010, "unsupported transaction type", "refused"],
  [-32010, "NotSupportedTxType", "refused"],
];

/** Polygon's Bor: geth's sentences with Polygon's minimum. */
const BOR: readonly [number, string, Refusal][] = [
  [
    -32000,
    "transaction gas price below minimum: gas tip cap 1000000000, minimum needed 25000000000",
    "fee too low",
  ],
  [-32000, "transaction underpriced: gas tip cap 1000000000, minimum needed 25000000000", "fee too low"],
];

describe.each([
  ["Besu", BESU],
  ["geth", GETH],
  ["anvil or reth", RUST],
  ["Erigon", ERIGON],
  ["Nethermind", NETHERMIND],
  ["Bor", BOR],
])("an answer of %s", (_, answers) => {
  it.each(answers)('with code %i and "%s" means "%s"', async (code, message, reason) => {
    expect(refusal(await answered(code, message))).toBe(reason);
  });
});

describe("the least tip that a node asks for", () => {
  it.each([
    ["transaction underpriced: gas tip cap 1, minimum needed 25000000000", 25_000_000_000n],
    ["FeeTooLow, EffectivePriorityFeePerGas too low 0 < 1, BaseFee: 7", 1n],
    ["transaction priority fee below minimum required priority fee 7", 7n],
    ["intrinsic gas too low: gas 1, minimum needed 21000", undefined],
    ["Gas price below configured minimum gas price", undefined],
  ])('is read from "%s"', async (message, tip) => {
    expect(leastTipIn(await answered(-32000, message))).toBe(tip);
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
