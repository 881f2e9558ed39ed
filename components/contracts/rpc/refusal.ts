import { BaseError } from "viem";

/** Why a node did not take a transaction. */
export type Refusal =
  /** It has it already. */
  | "known"
  /** Another transaction with this nonce is in a block. */
  | "nonce used"
  /** Another transaction with this nonce is in the pool and pays as much. */
  | "underpriced"
  /** The chain asks for more than it offers by now. */
  | "fee too low"
  /** The pool takes no more, from this sender or at all. */
  | "pool full"
  /** No answer, or one that says nothing about the transaction. */
  | "unanswered"
  /** It will never take it. */
  | "refused";

/**
 * Tells from a node's error why it did not take a transaction. The texts are those of Besu
 * (TransactionInvalidReason), geth (core/txpool/errors.go) and anvil.
 */
export function refusal(error: unknown): Refusal {
  const causes = causesOf(error);
  if (causes.some(({ name, code }) => UNANSWERED.has(name) || BUSY.has(code))) {
    return "unanswered";
  }
  const text = causes
    .map(({ shortMessage, details, message }) => details ?? shortMessage ?? message)
    .join("\n");
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? "refused";
}

/** What the node said, without the request that viem tells of, too. */
export function wordsOf(error: Error): string {
  return error instanceof BaseError ? error.details || error.shortMessage : error.message;
}

/** viem's errors of a transport that gave no JSON-RPC answer: no connection, a status such as 429 or 500, a time-out. */
const UNANSWERED = new Set(["HttpRequestError", "TimeoutError", "LimitExceededRpcError"]);

/** JSON-RPC's codes of a provider that asks for patience: EIP-1474's limit, QuickNode's, and HTTP's own in a body (Alchemy). */
const BUSY = new Set<unknown>([-32005, -32007, 429]);

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

/** An error and all its causes. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let one = error; one instanceof Error; one = one.cause) {
    causes.push(one);
  }
  return causes;
}
