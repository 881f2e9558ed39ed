import { median, permutationTest } from "simple-statistics";

/** A slowdown below this share of the baseline is no regression, however certain. */
export const REGRESSION_SHARE = 0.1;

/** The probability of calling equal durations different, for one measurement. The confirmation lowers it further. */
export const SIGNIFICANCE = 0.01;

/** How samples compare with a baseline. */
export interface Comparison {
  /** The medians, in seconds. */
  readonly baselineSeconds: number;
  readonly seconds: number;
  /** By which share of the baseline the samples are slower; negative if they are faster. @example 0.2 */
  readonly slowdown: number;
  /** The probability of ranks as high as these or higher if nothing had become slower. */
  readonly pValue: number;
  /** Whether the slowdown is both large and significant. */
  readonly suspicious: boolean;
}

/**
 * Compares durations with a baseline: the size by medians, the significance by a one-sided permutation test of the ranks, which
 * is the rank sum test of Wilcoxon, Mann and Whitney. Ranks, because a few runs on a busy machine are much slower than the rest.
 * Pure for a given source of random numbers.
 *
 * @param baseline seconds, at least `FEWEST_SAMPLES`.
 * @param samples seconds, at least `FEWEST_SAMPLES`.
 * @param random numbers from 0 to 1 for the permutations.
 */
export function compare(
  baseline: readonly number[],
  samples: readonly number[],
  random: () => number,
): Comparison {
  const baselineSeconds = median([...baseline]);
  const seconds = median([...samples]);
  const slowdown = seconds / baselineSeconds - 1;
  const pooled = [...baseline, ...samples];
  const pValue = permutationTest(
    ranks(samples, pooled),
    ranks(baseline, pooled),
    "greater",
    PERMUTATIONS,
    random,
  );
  return {
    ...{ baselineSeconds, seconds, slowdown, pValue },
    suspicious: slowdown > REGRESSION_SHARE && pValue < SIGNIFICANCE,
  };
}

/** Enough to tell 0.4 % from 1 %: the standard error is 0.06 %. */
const PERMUTATIONS = 10_000;

/** The rank of each value among all; equal values share the mean of their ranks. */
function ranks(values: readonly number[], pooled: readonly number[]): number[] {
  return values.map((value) => {
    const smaller = pooled.filter((other) => other < value).length;
    const equal = pooled.filter((other) => other === value).length;
    return smaller + (equal + 1) / 2;
  });
}
