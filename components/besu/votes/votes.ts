import { quorum } from "../quorum";

/**
 * The votes of a chain. A validator that the config no longer describes keeps its place in the chain's validator set, and
 * with it its share of the quorum, until the others vote it out.
 */
export interface Votes {
  /** Number of validators in the chain's validator set. */
  readonly total: number;
  /** How many of them the network still has. */
  readonly present: number;
}

/**
 * How many of the validators that the network still has may be down while the chain makes blocks: those that are lost count
 * as down for good. Negative if the chain cannot make blocks.
 */
export function marginOf({ total, present }: Votes): number {
  return present - quorum(total);
}

/**
 * The number of validators to restart at once: half of the margin, so that the chain still makes blocks if as many other
 * validators fail meanwhile, but at least one. 0 if not a single validator may be down.
 */
export function restartsAtOnce(votes: Votes): number {
  const margin = marginOf(votes);
  return margin < 1 ? 0 : Math.max(1, Math.floor(margin / 2));
}

/** @example "8 of 10 votes remain, and 7 make the quorum" */
export function votesText({ total, present }: Votes): string {
  return `${present} of ${total} votes remain, and ${quorum(total)} make the quorum`;
}

/**
 * What the operator of a chain must know once validators with a vote are gone from the config.
 *
 * @param lost their names, or their addresses where no name is known.
 * @returns undefined if no vote is lost.
 */
export function lostVotesWarning(lost: readonly string[], votes: Votes): string | undefined {
  if (lost.length === 0) {
    return undefined;
  }
  const margin = marginOf(votes);
  const [vote, verb] = lost.length === 1 ? ["vote", "is"] : ["votes", "are"];
  const consequence =
    margin > 0
      ? `${margin} more ${margin === 1 ? "validator" : "validators"} may fail before the chain stops`
      : margin === 0
        ? "the chain stops as soon as one more validator fails"
        : "the chain cannot make blocks";
  return `${listed(lost)}: the ${vote} ${verb} lost for good, because a validator's key is deleted together with it. ${capitalized(votesText(votes))}: ${consequence}.`;
}

/** @example "uksouth: 2 full nodes, no vote yet" */
export function withoutVoteText(region: string, fullNodes: number): string {
  return `${region}: ${fullNodes} full ${fullNodes === 1 ? "node" : "nodes"}, no vote yet`;
}

/** @example "a, b and c" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function capitalized(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
