import type { Refusal } from "../rpc/refusal";

/** What a lane does about a transaction that the node did not accept. */
export type RefusalResponse =
  /** The node has the transaction: the lane goes on with the next one. */
  | "continue"
  /** The lane waits for the next snapshot. */
  | "observe"
  /** The job gives its nonce back and waits for another one. */
  | "requeue"
  /** The same, and the lane sends no more than the mempool has accepted. */
  | "requeue-and-limit"
  /** The node fails at this transaction and tells no reason: the job goes to the end of the queue, and fails in the end. */
  | "postpone"
  /** The job fails. */
  | "fail";

export function responseTo(reason: Refusal): RefusalResponse {
  switch (reason) {
    case "known":
      return "continue";
    // The next snapshot shows whether the node has the transaction.
    case "unanswered":
    // Ours or another program's: the next snapshot requeues the job if its transaction has no receipt.
    case "nonce used":
      return "observe";
    // A transaction of another program with this nonce is in the mempool: the job takes the next free nonce.
    case "underpriced":
    // The transaction is in no mempool, so its nonce is free; the next turn offers the fee of that time.
    case "fee too low":
      return "requeue";
    case "pool full":
      return "requeue-and-limit";
    case "node error":
      return "postpone";
    case "cannot pay":
    case "refused":
      return "fail";
  }
}
