import { BaseError } from "viem";
import {
  BESU_ANSWERS,
  ERIGON_ANSWERS,
  ERIGON_CLASS,
  GETH_ANSWERS,
  NETHERMIND_ANSWERS,
  type NodeAnswer,
  RUST_NODE_ANSWERS,
} from "./node-answers";

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
  /** The node failed at this very transaction, for a reason that the node does not tell. */
  | "node error"
  /** The sender's balance does not cover the transaction. */
  | "cannot pay"
  /** The node will never accept the transaction. */
  | "refused";

/**
 * Finds out from a node's error why the node did not accept a transaction. The node's sentence decides, because nodes and
 * providers use one code for different things: -32005 is Besu's "Transaction gas limit exceeds block gas limit", and a
 * provider's rate limit. viem's NonceTooLowError and its siblings know geth's sentences only.
 */
export function refusal(error: unknown): Refusal {
  const causes = causesOf(error);
  const sentences = sentencesOf(causes);
  if (sentences.some((sentence) => /^execution reverted/i.test(sentence))) {
    // Whatever follows are the words of a contract, not of the node.
    return "refused";
  }
  const answer = answerIn(sentences);
  if (answer !== undefined) {
    return answer.refusal;
  }
  if (
    causes.some(({ name, code }) => UNANSWERED.has(name) || BUSY_CODES.has(code)) ||
    sentences.some((sentence) => BUSY.test(sentence))
  ) {
    return "unanswered";
  }
  return sentences.some((sentence) => NODE_ERROR.test(sentence)) ? "node error" : "refused";
}

/**
 * The least tip that a node asks for in its refusal, in wei for a unit of gas; undefined if the refusal names none. geth and
 * Bor: "gas tip cap 1, minimum needed 25000000000". Nethermind (MinGasPriceTxFilter): "EffectivePriorityFeePerGas too low
 * 0 < 1". reth: "below minimum required priority fee 7".
 */
export function leastTipIn(error: unknown): bigint | undefined {
  for (const sentence of sentencesOf(causesOf(error))) {
    const amount = LEAST_TIP.exec(sentence)?.slice(1).find(Boolean);
    if (amount !== undefined) {
      return BigInt(amount);
    }
  }
  return undefined;
}

const LEAST_TIP =
  /gas tip cap \d+, minimum needed (\d+)|EffectivePriorityFeePerGas too low \d+ < (\d+)|minimum required priority fee (\d+)/;

/**
 * Whether a question must be asked again: the node did not answer, or a provider limits the rate. An "Internal error" is an
 * answer: Besu gives it for every execution that ends without a revert.
 */
export function isOutage(error: unknown): boolean {
  const causes = causesOf(error);
  const sentences = sentencesOf(causes);
  return (
    causes.some(({ name }) => UNANSWERED.has(name)) ||
    (answerIn(sentences) === undefined &&
      (causes.some(({ code }) => BUSY_CODES.has(code)) || sentences.some((text) => RATE_LIMIT.test(text))))
  );
}

/** What a person can do about a transaction that the node never accepts. Undefined if the answer has no known remedy. */
export function remedy(error: unknown): string | undefined {
  return answerIn(sentencesOf(causesOf(error)))?.next;
}

/** The node's own message, without the request that viem adds. */
export function nodeMessage(error: Error): string {
  return error instanceof BaseError ? error.details || error.shortMessage : error.message;
}

/** viem's errors for a transport without a JSON-RPC answer: no connection, a status such as 429 or 500, a time-out. */
const UNANSWERED = new Set(["HttpRequestError", "TimeoutError"]);

/**
 * JSON-RPC error codes of providers that limit the rate: EIP-1474's limit, QuickNode's code, and HTTP's 429 inside a
 * body (Alchemy).
 */
const BUSY_CODES = new Set<unknown>([-32005, -32007, 429]);

/** What providers and proxies in front of a node say. */
const RATE_LIMIT = /rate limit|too many requests|server is busy/i;
const BUSY = new RegExp(`${RATE_LIMIT.source}|timed? ?out`, "i");
const NODE_ERROR = /internal error/i;

const ANSWERS = [
  ...BESU_ANSWERS,
  ...GETH_ANSWERS,
  ...RUST_NODE_ANSWERS,
  ...ERIGON_ANSWERS,
  ...NETHERMIND_ANSWERS,
];

function answerIn(sentences: readonly string[]): NodeAnswer | undefined {
  const lowered = sentences.map((sentence) => sentence.toLowerCase());
  return ANSWERS.find(({ sentence }) => lowered.some((text) => text.startsWith(sentence.toLowerCase())));
}

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

/** What the node said, as each of viem's errors hands it on. */
function sentencesOf(causes: readonly Cause[]): string[] {
  return causes.map(({ shortMessage, details, message }) =>
    (details ?? shortMessage ?? message).replace(ERIGON_CLASS, ""),
  );
}
