/** What one run says about the validators of its region that it updates, for the runs of other regions' stacks. */
export interface Tickets {
  /** The validator, or the cluster of validators, whose update the run would begin. */
  readonly claimed?: string | undefined;
  /** Those under update. */
  readonly admitted: readonly string[];
}

/** The tickets of the run of another region's stack. */
export interface OtherTickets extends Tickets {
  /** Name of the region. */
  readonly region: string;
  /** Whether the other region comes before this one: of two that claim the last place, it goes first. */
  readonly goesFirst: boolean;
}

/** What is known when a run has made its claim known and has read the tickets of all others afterwards. */
export interface ClaimCircumstances {
  /** The number of updates that this run has under way. */
  readonly own: number;
  readonly others: readonly OtherTickets[];
  /** The number of updates that may be under way at the same time, in all runs together. */
  readonly atOnce: number;
}

/** Begin the update, look again and keep the claim, or take the claim back and ask again later. */
export type ClaimDecision = "begin" | "look again" | "withdraw";

/**
 * Decides about a claim. Whoever reads all others' tickets after its own claim is known to all cannot overlook a run that
 * was admitted: of any runs that are admitted together, the one that claimed last has read the tickets of all the others. So a
 * claim of another counts as much as its update. Of claims that exclude each other, the one of the first region is kept, and the
 * others are withdrawn, so that one of them always goes on.
 */
export function decideClaim({ own, others, atOnce }: ClaimCircumstances): ClaimDecision {
  const admitted = own + others.reduce((sum, one) => sum + one.admitted.length, 0);
  const claims = others.filter(({ claimed }) => claimed !== undefined);
  if (admitted + claims.length < atOnce) {
    return "begin";
  }
  return admitted < atOnce && claims.every(({ goesFirst }) => !goesFirst) ? "look again" : "withdraw";
}
