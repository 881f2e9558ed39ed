/** The stack of a region before a run. */
export interface Shard {
  readonly region: string;
  /** Whether the state has validators, which the run may update. */
  readonly hasValidators: boolean;
  /** How long the region is expected to take, in seconds. */
  readonly expectedSeconds: number;
}

/** Stacks of which at most `width` run at the same time, in this order. */
export interface Lane<Of extends Shard> {
  readonly width: number;
  readonly shards: readonly Of[];
}

/**
 * Decides which stacks of regions may run at the same time in an `up`.
 *
 * Each run of a region's stack updates one validator or cluster at a time, and does not know the other runs. As many runs as
 * the network's update gate admits therefore never take down more validators than one run over the whole network. Stacks
 * without validators have nothing to take down: they all run at once. The longest come first.
 *
 * @param updateWidth the number of validators that may be updated at the same time, of the whole network.
 */
export function lanesOf<Of extends Shard>(
  shards: readonly Of[],
  updateWidth: number,
): { readonly created: Lane<Of>; readonly updated: Lane<Of> } {
  const longestFirst = [...shards].sort((a, b) => b.expectedSeconds - a.expectedSeconds);
  const created = longestFirst.filter(({ hasValidators }) => !hasValidators);
  return {
    created: { width: Math.max(1, created.length), shards: created },
    updated: { width: updateWidth, shards: longestFirst.filter(({ hasValidators }) => hasValidators) },
  };
}
