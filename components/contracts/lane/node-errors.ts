/** What the unexplained errors of a node about one job's transactions lead to. */
export type NodeErrorVerdict =
  /** The transaction keeps its nonce: the node may have taken it in spite of its answer. */
  | "keep-nonce"
  /** The other jobs go first. */
  | "postpone"
  /** The node will not take the transaction. */
  | "give-up";

/** Counts the broadcasts of one job at which the node failed without a reason, as with Besu's "Internal error". */
export class NodeErrors {
  #count = 0;
  #since: number | undefined;

  /**
   * @param block the latest block.
   * @param isIdempotent whether sending the transaction twice does no harm.
   */
  record(block: number, isIdempotent: boolean): NodeErrorVerdict {
    this.#count += 1;
    this.#since ??= block;
    if (this.#count >= MOST_ERRORS && block - this.#since >= LEAST_BLOCKS) {
      return "give-up";
    }
    return isIdempotent || this.#count >= ERRORS_OF_UNSENT ? "postpone" : "keep-nonce";
  }
}

/** Errors, and blocks in which they came, before the job fails. */
const MOST_ERRORS = 10;
const LEAST_BLOCKS = 15;

/** Errors after which a transaction that the node does not show was surely not taken. */
const ERRORS_OF_UNSENT = 3;
