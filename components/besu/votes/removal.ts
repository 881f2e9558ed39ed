import { ChainfleetError } from "../../error";
import { quorum } from "../quorum";
import { listed, marginOf } from "./votes";

/**
 * Why a config may not take place: so many validators with a vote are not in it that the others make no quorum. No later
 * change could bring a vote back, because a validator's key is deleted together with it.
 *
 * @param voters the validators in the chain's validator set, by name or by address.
 * @param isConfigured whether the config has the validator.
 */
export function removalRefusal<Voter extends string>(
  voters: readonly Voter[],
  isConfigured: (voter: Voter) => boolean,
): ChainfleetError | undefined {
  const missing = voters.filter((voter) => !isConfigured(voter));
  const [total, present] = [voters.length, voters.length - missing.length];
  if (marginOf({ total, present }) >= 0) {
    return undefined;
  }
  const spare = total - quorum(total);
  return new ChainfleetError({
    code: "QUORUM_LOST",
    summary:
      `The config does not have ${listed(missing)}, which ${missing.length === 1 ? "has" : "have"} a vote on the chain. ` +
      `${present} of the chain's ${total} validators would be left, and ${quorum(total)} must sign a block: the chain would ` +
      "stop for good, because a validator's key is deleted together with it. No resource was changed.",
    next:
      `Keep at least ${missing.length - spare} of them in the config. ` +
      "If the chain is no longer needed, delete the whole network: chainfleet down.",
  });
}
