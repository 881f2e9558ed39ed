import type { Refusal } from "./refusal";

/** A sentence with which a node refuses a transaction, and what the sentence means. */
export interface NodeAnswer {
  /** The beginning of the node's message, in any case; most nodes add numbers behind it. */
  readonly sentence: string;
  readonly refusal: Refusal;
  /** What a person can do about a transaction that the node never accepts. */
  readonly next?: string;
}

const BLOCK_TOO_SMALL =
  "No block of the chain can hold the transaction. Split the contract, or let the chain's operators raise the block gas limit.";
const TRANSACTION_TOO_LARGE =
  "The chain limits the gas of one transaction: 16,777,216 from Osaka on (EIP-7825), or pertxgaslimit in a Besu genesis. Split the contract or the call.";
const INIT_CODE_TOO_LARGE =
  "The chain takes at most 49,152 bytes of init code (EIP-3860). Split the contract, or move code into libraries.";
const CANNOT_PAY =
  "Send ether to the sender and run again. Another program with the same key may have spent the balance since this run looked.";
const FEE_CAP =
  "The node limits what a transaction may offer (Besu: --rpc-tx-feecap, geth: --rpc.txfeecap). Lower the chain's feeCeilingGwei, or use another endpoint.";
const SENDER_NOT_ALLOWED =
  "Let the chain's operators permit the account, or use another sender. An account with code can never send.";
const NO_CHAIN_ID =
  "The node accepts only transactions with a chain id (EIP-155). Let the node accept others, or create the contracts with create: create.";

/**
 * What Besu says: RpcErrorType, as JsonRpcErrorConverter derives it from a TransactionInvalidReason, read at
 * https://github.com/besu-eth/besu/tree/683880baa609111e6fee47ef1122dce7a76a154b
 * (ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api/jsonrpc). Reasons that the converter does not list become
 * "Internal error". Several sentences share a code, and providers use the same codes for their rate limits.
 */
export const BESU_ANSWERS: readonly NodeAnswer[] = [
  { sentence: "Known transaction", refusal: "known" },
  { sentence: "Nonce too low", refusal: "nonce used" },
  { sentence: "Replacement transaction underpriced", refusal: "underpriced" },
  { sentence: "Gas price below configured minimum gas price", refusal: "fee too low" },
  { sentence: "Gas price below current base fee", refusal: "fee too low" },
  { sentence: "blob gas price below current blob base fee", refusal: "fee too low" },
  { sentence: "Nonce too high", refusal: "pool full" },
  { sentence: "Transaction nonce is too distant from current sender nonce", refusal: "pool full" },
  { sentence: "An invalid transaction with a lower nonce exists", refusal: "pool full" },
  { sentence: "Transaction pool not enabled", refusal: "unanswered" },
  { sentence: "Initial sync is still in progress", refusal: "unanswered" },
  { sentence: "Timeout expired", refusal: "unanswered" },
  { sentence: "Internal error", refusal: "unanswered" },
  { sentence: "Unknown internal error", refusal: "unanswered" },
  { sentence: "Plugin internal error", refusal: "unanswered" },
  { sentence: "Number of requests exceeds max batch size", refusal: "unanswered" },
  { sentence: "Transaction gas limit exceeds block gas limit", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "Transaction gas limit cap exceeded", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "Upfront cost exceeds account balance", refusal: "refused", next: CANNOT_PAY },
  {
    sentence: "Sender account not authorized to send transactions",
    refusal: "refused",
    next: SENDER_NOT_ALLOWED,
  },
  { sentence: "Transaction fee cap exceeded", refusal: "refused", next: FEE_CAP },
  { sentence: "ChainId is required", refusal: "refused", next: NO_CHAIN_ID },
  { sentence: "ChainId not supported", refusal: "refused" },
  { sentence: "Wrong chainId", refusal: "refused" },
  { sentence: "Invalid signature", refusal: "refused" },
  { sentence: "Invalid transaction type", refusal: "refused" },
  { sentence: "Invalid params", refusal: "refused" },
  { sentence: "Invalid block param (block not found)", refusal: "refused" },
  { sentence: "Intrinsic gas exceeds gas limit", refusal: "refused" },
  { sentence: "Max priority fee per gas exceeds max fee per gas", refusal: "refused" },
  { sentence: "Total blob gas too high", refusal: "refused" },
  { sentence: "blobs failed kzg validation", refusal: "refused" },
  { sentence: "Plugin has marked the transaction as", refusal: "refused" },
  { sentence: "Transaction processing could not be completed due to an exception", refusal: "refused" },
  { sentence: "Block not found", refusal: "refused" },
  { sentence: "Method not enabled", refusal: "refused" },
];

/**
 * What geth says: core/txpool/errors.go, core/txpool/legacypool/legacypool.go, core/error.go and internal/ethapi, read at
 * https://github.com/ethereum/go-ethereum/tree/02b73d4ea7181464175e0a6cbecc0a3a2655a562. Older releases say
 * "transaction underpriced" for a price below the node's minimum.
 */
export const GETH_ANSWERS: readonly NodeAnswer[] = [
  { sentence: "already known", refusal: "known" },
  { sentence: "nonce too low", refusal: "nonce used" },
  { sentence: "replacement transaction underpriced", refusal: "underpriced" },
  { sentence: "transaction underpriced", refusal: "fee too low" },
  { sentence: "transaction gas price below minimum", refusal: "fee too low" },
  { sentence: "max fee per gas less than block base fee", refusal: "fee too low" },
  { sentence: "txpool is full", refusal: "pool full" },
  { sentence: "account limit exceeded", refusal: "pool full" },
  { sentence: "nonce too high", refusal: "pool full" },
  { sentence: "in-flight transaction limit reached for delegated accounts", refusal: "pool full" },
  { sentence: "gapped-nonce tx from delegated accounts", refusal: "pool full" },
  { sentence: "future transaction tries to replace pending", refusal: "pool full" },
  // A blob transaction of the sender is pending, and geth keeps one kind of transactions for a sender at a time.
  { sentence: "address already reserved", refusal: "pool full" },
  { sentence: "transaction indexing is in progress", refusal: "unanswered" },
  { sentence: "exceeds block gas limit", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "transaction gas limit too high", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "max initcode size exceeded", refusal: "refused", next: INIT_CODE_TOO_LARGE },
  { sentence: "oversized data", refusal: "refused" },
  { sentence: "insufficient funds for gas * price + value", refusal: "refused", next: CANNOT_PAY },
  { sentence: "insufficient funds for transfer", refusal: "refused", next: CANNOT_PAY },
  { sentence: "tx fee", refusal: "refused", next: FEE_CAP },
  { sentence: "only replay-protected (EIP-155) transactions", refusal: "refused", next: NO_CHAIN_ID },
  { sentence: "sender not an eoa", refusal: "refused", next: SENDER_NOT_ALLOWED },
  { sentence: "invalid sender", refusal: "refused" },
  { sentence: "intrinsic gas too low", refusal: "refused" },
  { sentence: "insufficient gas for floor data gas cost", refusal: "refused" },
  { sentence: "nonce has max value", refusal: "refused" },
  { sentence: "transaction type not supported", refusal: "refused" },
  { sentence: "max priority fee per gas higher than", refusal: "refused" },
  { sentence: "max fee per gas higher than 2^256-1", refusal: "refused" },
  { sentence: "negative value", refusal: "refused" },
];

/**
 * What anvil and reth say where it differs from geth: crates/anvil/src/eth/error/mod.rs at
 * https://github.com/foundry-rs/foundry/tree/2a5df2c4d8123a8b9df63a848c146a6085426c27, and
 * crates/rpc/rpc-eth-types/src/error/mod.rs at
 * https://github.com/paradigmxyz/reth/tree/7b3432d950030875b23c5c4df7c9f53a7caa4868.
 */
export const RUST_NODE_ANSWERS: readonly NodeAnswer[] = [
  { sentence: "transaction already imported", refusal: "known" },
  { sentence: "already imported", refusal: "known" },
  { sentence: "transaction priority fee below minimum required priority fee", refusal: "fee too low" },
  { sentence: "internal eth error", refusal: "unanswered" },
  { sentence: "internal blocking task error", refusal: "unanswered" },
  { sentence: "exceeds max transaction gas limit", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "gas limit too high", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "intrinsic gas too high", refusal: "refused", next: BLOCK_TOO_SMALL },
  {
    sentence: "Transaction gas limit is greater than the block gas limit",
    refusal: "refused",
    next: BLOCK_TOO_SMALL,
  },
  { sentence: "sender is not an EOA", refusal: "refused", next: SENDER_NOT_ALLOWED },
  { sentence: "invalid chain id for signer", refusal: "refused" },
  { sentence: "invalid chain ID", refusal: "refused" },
  { sentence: "Transaction with cyclic dependent transactions", refusal: "refused" },
  { sentence: "Cyclic transaction detected", refusal: "refused" },
];
