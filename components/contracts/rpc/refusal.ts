import { BaseError } from "viem";

/** Why a node did not accept a transaction. A reason carries no data, so a string names it. */
export type Refusal =
  /** The node has the transaction already. */
  | "known"
  /** Another transaction with this nonce is in a block. */
  | "nonce used"
  /** Another transaction with this nonce is in the mempool, and this one does not pay enough to replace it. */
  | "underpriced"
  /** The chain asks for a higher fee than the transaction offers. */
  | "fee too low"
  /** The mempool accepts no further transaction from this sender, or none at all. */
  | "pool full"
  /** No answer, or an answer that says nothing about the transaction. */
  | "unanswered"
  /** The node will never accept the transaction. */
  | "refused";

/**
 * Finds out from a node's error why the node did not accept a transaction.
 *
 * The texts are those of Besu (TransactionInvalidReason), geth (core/txpool/errors.go) and anvil. The patterns are kept
 * by hand: viem's NonceTooLowError and its siblings know geth's texts only, and no library covers Besu's.
 */
export function refusal(error: unknown): Refusal {
  const causes = causesOf(error);
  if (causes.some(({ name, code }) => UNANSWERED.has(name) || BUSY_CODES.has(code))) {
    return "unanswered";
  }
  const text = causes
    .map(({ shortMessage, details, message }) => details ?? shortMessage ?? message)
    .join("\n");
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? "refused";
}

/** The node's own message, without the request that viem adds. */
export function nodeMessage(error: Error): string {
  return error instanceof BaseError ? error.details || error.shortMessage : error.message;
}

/** viem's errors for a transport without a JSON-RPC answer: no connection, a status such as 429 or 500, a time-out. */
const UNANSWERED = new Set(["HttpRequestError", "TimeoutError", "LimitExceededRpcError"]);

/**
 * JSON-RPC error codes of providers that limit the rate: EIP-1474's limit, QuickNode's code, and HTTP's 429 inside a
 * body (Alchemy).
 */
const BUSY_CODES = new Set<unknown>([-32005, -32007, 429]);

const PATTERNS: readonly (readonly [RegExp, Refusal])[] = [
  [
    /already known|\bknown transaction|already imported|already in mempool|TRANSACTION_ALREADY_KNOWN/i,
    "known",
  ],
  [/nonce too low|nonce below|NONCE_TOO_LOW|nonce has already been used/i, "nonce used"],
  [
    /less than block base fee|GAS_PRICE_BELOW_CURRENT_BASE_FEE|GAS_PRICE_TOO_LOW|^transaction underpriced/im,
    "fee too low",
  ],
  [/replacement (transaction )?underpriced|TRANSACTION_REPLACEMENT_UNDERPRICED/i, "underpriced"],
  [
    /(tx ?pool|pool|account|sender).*(full|limit)|too many (pending )?transactions|NONCE_TOO_FAR_IN_FUTURE|NONCE_TOO_DISTANT|LOWER_NONCE_INVALID/i,
    "pool full",
  ],
  [/rate limit|too many requests|internal error|server is busy|timed? ?out/i, "unanswered"],
];

interface Cause {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
  readonly shortMessage?: string;
  readonly details?: string;
}

/** The error itself, followed by all of its causes. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}
