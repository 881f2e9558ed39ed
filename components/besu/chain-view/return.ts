import type { NodeObservation } from "../node-access/observe-node";
import { quorum } from "../quorum";

/**
 * Why a validator that was restarted is not back, as the end of a sentence that begins with its name; undefined if it is back: it
 * has enough peers for a quorum, it has what they have, and the chain goes on with it.
 *
 * @param node what the node says now.
 * @param heightAtReturn the height of the chain when the node answered for the first time after its restart.
 */
export function missingReturn(
  { head, peers, syncingTo, validators }: NodeObservation,
  heightAtReturn: number,
): string | undefined {
  const needed = quorum(validators.length) - 1;
  if (peers < needed) {
    return `has ${peers} peers, and a quorum needs ${needed}`;
  }
  if (syncingTo !== undefined) {
    return `has imported ${head.number} of ${syncingTo} blocks`;
  }
  return head.number > heightAtReturn
    ? undefined
    : `has seen no block after ${heightAtReturn}, the chain's height when it came back`;
}
