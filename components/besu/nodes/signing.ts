import type { Address } from "viem";
import type { NodeObservation } from "../node-access/observe-node";

/**
 * What the latest blocks say about a validator of the chain: it signs, it is silent, or the chain is so young that a validator
 * which signs may not have had its turn.
 */
export type Signing = "signs" | "silent" | "unseen";

/**
 * Whether a validator signs. Validators propose by turns, so that each which signs has proposed one of the last 2N blocks, also if some
 * rounds failed. Who demands that a validator was seen to sign asks for "signs", and who counts what is lost, for "silent".
 *
 * @param observation of a node that has the chain's blocks.
 */
export function signingOf(
  { head, validators, lastProposed }: Pick<NodeObservation, "head" | "validators" | "lastProposed">,
  address: Address,
): Signing {
  const window = signingWindow(validators.length);
  const last = lastProposed.get(address.toLowerCase() as Address);
  if (last !== undefined && last > head.number - window) {
    return "signs";
  }
  return head.number < window ? "unseen" : "silent";
}

/** The number of blocks in which a validator that signs has proposed one. */
export function signingWindow(validators: number): number {
  return 2 * validators;
}
