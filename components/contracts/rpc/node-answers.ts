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
const GAS_TOO_HIGH = `${BLOCK_TOO_SMALL} ${TRANSACTION_TOO_LARGE}`;
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
  { sentence: "Internal error", refusal: "node error" },
  { sentence: "Unknown internal error", refusal: "node error" },
  { sentence: "Plugin internal error", refusal: "node error" },
  { sentence: "Number of requests exceeds max batch size", refusal: "unanswered" },
  { sentence: "Transaction gas limit exceeds block gas limit", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "Transaction gas limit cap exceeded", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "Upfront cost exceeds account balance", refusal: "cannot pay", next: CANNOT_PAY },
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
 * "transaction underpriced" for a price below the node's minimum. Polygon's Bor is a fork and says the same, with a minimum
 * tip of 25 gwei: https://github.com/maticnetwork/bor/tree/e7928027944dd5711c1ef2f3c250fa216a4136f5.
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
  { sentence: "authority already reserved", refusal: "pool full" },
  { sentence: "pool already terminated", refusal: "unanswered" },
  { sentence: "transaction indexing is in progress", refusal: "unanswered" },
  { sentence: "exceeds block gas limit", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "transaction gas limit too high", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "max initcode size exceeded", refusal: "refused", next: INIT_CODE_TOO_LARGE },
  { sentence: "oversized data", refusal: "refused" },
  { sentence: "insufficient funds for gas * price + value", refusal: "cannot pay", next: CANNOT_PAY },
  { sentence: "insufficient funds for transfer", refusal: "cannot pay", next: CANNOT_PAY },
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
  { sentence: "internal eth error", refusal: "node error" },
  { sentence: "internal blocking task error", refusal: "node error" },
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

/**
 * What Erigon says: the reasons of txnprovider/txpool/txpoolcfg/txpoolcfg.go at
 * https://github.com/erigontech/erigon/tree/05916db28a59395b3ff58c9a8290733e7e502da9, and rpc/jsonrpc/send_transaction.go at
 * https://github.com/erigontech/erigon/tree/00769ff3eba015d24c31431662a844c94894e5c1, which puts a class before the reason
 * (ERIGON_CLASS). The class says less than the reason: "INTERNAL_ERROR: nonce too low".
 */
export const ERIGON_ANSWERS: readonly NodeAnswer[] = [
  { sentence: "existing txn with same hash", refusal: "known" },
  { sentence: "existing tx with same hash", refusal: "known" },
  { sentence: "mined", refusal: "nonce used" },
  { sentence: "could not replace existing tx", refusal: "underpriced" },
  { sentence: "replaced by transaction with higher tip", refusal: "underpriced" },
  { sentence: "underpriced", refusal: "fee too low" },
  { sentence: "fee too low", refusal: "fee too low" },
  // More transactions of the sender than the pool's account slots.
  { sentence: "spammer", refusal: "pool full" },
  { sentence: "pending sub-pool is full", refusal: "pool full" },
  { sentence: "baseFee sub-pool is full", refusal: "pool full" },
  { sentence: "queued sub-pool is full", refusal: "pool full" },
  { sentence: "gas limit is too high", refusal: "refused", next: GAS_TOO_HIGH },
  { sentence: "initcode too large", refusal: "refused", next: INIT_CODE_TOO_LARGE },
  { sentence: "insufficient funds", refusal: "cannot pay", next: CANNOT_PAY },
  { sentence: "RLPTooLong", refusal: "refused" },
  { sentence: "IntrinsicGas", refusal: "refused" },
  { sentence: "GasUintOverflow", refusal: "refused" },
  { sentence: "fork supporting this transaction type is not activated yet", refusal: "refused" },
];

/** The class that Erigon puts before a reason: ImportResult of its txpool interface. */
export const ERIGON_CLASS = /^(ALREADY_EXISTS|FEE_TOO_LOW|STALE|INVALID|INTERNAL_ERROR): /;

/**
 * What Nethermind says: Nethermind.TxPool/TxPoolErrorMessages.cs at
 * https://github.com/NethermindEth/nethermind/tree/cbea1e0df0d72beb044980af5bb8bf6319509bd0 (2026). Older releases say the
 * names of Nethermind.TxPool/AcceptTxResult.cs at
 * https://github.com/NethermindEth/nethermind/tree/07870f1eb508f2ac106702544be7c75b72a113c2, with details behind a comma.
 */
export const NETHERMIND_ANSWERS: readonly NodeAnswer[] = [
  { sentence: "AlreadyKnown", refusal: "known" },
  { sentence: "OldNonce", refusal: "nonce used" },
  { sentence: "ReplacementNotAllowed", refusal: "underpriced" },
  { sentence: "OwnNonceAlreadyUsed", refusal: "underpriced" },
  { sentence: "FeeTooLow", refusal: "fee too low" },
  { sentence: "NonceGap", refusal: "pool full" },
  { sentence: "NonceTooFarInFuture", refusal: "pool full" },
  { sentence: "nonce too far in future", refusal: "pool full" },
  { sentence: "PendingTxsOfOtherType", refusal: "pool full" },
  { sentence: "PendingTxsOfConflictingType", refusal: "pool full" },
  { sentence: "pending transaction type conflict", refusal: "pool full" },
  { sentence: "NotCurrentNonceForDelegation", refusal: "pool full" },
  { sentence: "delegation nonce gap", refusal: "pool full" },
  { sentence: "DelegatorHasPendingTx", refusal: "pool full" },
  { sentence: "delegation authority has pending transaction", refusal: "pool full" },
  { sentence: "Syncing", refusal: "unanswered" },
  { sentence: "node is syncing", refusal: "unanswered" },
  { sentence: "InsufficientFunds", refusal: "cannot pay", next: CANNOT_PAY },
  { sentence: "GasLimitExceeded", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "gas limit reached", refusal: "refused", next: BLOCK_TOO_SMALL },
  { sentence: "Invalid, TxGasLimitCapExceeded", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "transaction invalid, TxGasLimitCapExceeded", refusal: "refused", next: TRANSACTION_TOO_LARGE },
  { sentence: "Invalid, max initcode size exceeded", refusal: "refused", next: INIT_CODE_TOO_LARGE },
  {
    sentence: "transaction invalid, max initcode size exceeded",
    refusal: "refused",
    next: INIT_CODE_TOO_LARGE,
  },
  { sentence: "SenderIsContract", refusal: "refused", next: SENDER_NOT_ALLOWED },
  { sentence: "MaxTxSizeExceeded", refusal: "refused" },
  { sentence: "transaction too large", refusal: "refused" },
  { sentence: "Int256Overflow", refusal: "refused" },
  { sentence: "transaction cost overflow", refusal: "refused" },
  { sentence: "FailedToResolveSender", refusal: "refused" },
  { sentence: "failed to recover sender", refusal: "refused" },
  { sentence: "NotSupportedTxType", refusal: "refused" },
  { sentence: "unsupported transaction type", refusal: "refused" },
];
