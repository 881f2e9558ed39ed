import { ChainfleetError } from "../../error";
import { quorum } from "../quorum";
import { listed, marginOf } from "./votes";

/**
 * Why a config may not take place: so many of the validators are not in it that those that stay cannot vote the others out, for
 * which more than half of all must vote.
 *
 * @param before the validators of the config of the last run, by name.
 * @param isConfigured whether the config has the validator.
 */
export function majorityRefusal(
  before: readonly string[],
  isConfigured: (name: string) => boolean,
): ChainfleetError | undefined {
  const missing = before.filter((name) => !isConfigured(name));
  const staying = before.length - missing.length;
  const majority = Math.floor(before.length / 2) + 1;
  return before.length === 0 || staying >= majority
    ? undefined
    : new ChainfleetError({
        code: "QUORUM_LOST",
        summary:
          `The config does not have ${listed(missing)}. ${staying} of ${before.length} validators would stay, and ${majority} ` +
          "must vote before the others can leave. No resource was changed.",
        next: `Remove at most ${before.length - majority} of them in one run, or delete the whole network: chainfleet down.`,
      });
}

/**
 * Why a config may not take place before votes have changed the validators: so many validators with a vote are not in it that the
 * others make no quorum. No later change could bring a vote back, because a validator's key is deleted together with it.
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

/** A region that stays, and from which a run takes machines of validators. */
export interface ShrunkRegion {
  readonly name: string;
  readonly machines: number;
}

/**
 * Why a run may not take machines away from managed clusters: their pools shrink early in a run, and the validators without a
 * machine are voted out later, so that all of them are down meanwhile. A region that is removed as a whole keeps its machines
 * until its validators are voted out.
 *
 * @param total the number of validators of the last run's config.
 */
export function machineRefusal(total: number, shrunk: readonly ShrunkRegion[]): ChainfleetError | undefined {
  const machines = shrunk.reduce((sum, region) => sum + region.machines, 0);
  const needed = quorum(total);
  return machines === 0 || total - machines >= needed
    ? undefined
    : new ChainfleetError({
        code: "QUORUM_LOST",
        summary:
          `The config takes ${machines} machines of validators away from ${listed(shrunk.map(({ name }) => name))}, before their ` +
          `validators are voted out. ${total - machines} of ${total} validators would be up meanwhile, and ${needed} must sign a ` +
          "block. No resource was changed.",
        next: `Remove at most ${total - needed} in one run from regions that stay, or remove whole regions.`,
      });
}
