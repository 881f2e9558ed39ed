/**
 * The exact two-sided p-value of the Mann–Whitney U test: the probability that two samples from the same distribution have rank sums
 * at least as far from the expected ones as these. Equal values share their mean rank, and the distribution is that of all ways to
 * deal these ranks out, so ties are exact too. SciPy's `mannwhitneyu(method="exact")` gives the same without ties.
 *
 * The cost grows with the fourth power of the number of values: 40 values take milliseconds.
 *
 * @throws RangeError if a sample is empty.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): number {
  if (first.length === 0 || second.length === 0) {
    throw new RangeError("Neither sample can be empty.");
  }
  const ranks = doubledRanks([...first, ...second]);
  const observed = sum(ranks.slice(0, first.length));
  // Doubled, so that mean ranks of ties are whole numbers. The expected sum is n₁(n+1)/2.
  const expected = first.length * (ranks.length + 1);
  const ways = rankSumCounts(ranks, first.length);
  const isAsExtreme = (rankSum: number) => Math.abs(rankSum - expected) >= Math.abs(observed - expected);
  const [extreme, all] = [ways.filter((_, rankSum) => isAsExtreme(rankSum)), ways].map(sum);
  return (extreme ?? 0) / (all ?? 1);
}

/** Twice the rank of each value, where the least value has rank 1 and equal values share their mean rank. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * less + equal + 1;
  });
}

/** For each rank sum, the number of ways to choose as many ranks with that sum. */
function rankSumCounts(ranks: readonly number[], chosen: number): number[] {
  const size = sum(ranks) + 1;
  const counts = Array.from({ length: chosen + 1 }, () => new Array<number>(size).fill(0));
  const countOf = (taken: number, rankSum: number) => counts[taken]?.[rankSum] ?? 0;
  const row = (taken: number) => counts[taken] ?? [];
  row(0)[0] = 1;
  for (const rank of ranks) {
    // Downwards, so that no rank is taken twice.
    for (let taken = chosen; taken > 0; taken--) {
      for (let rankSum = size - 1; rankSum >= rank; rankSum--) {
        row(taken)[rankSum] = countOf(taken, rankSum) + countOf(taken - 1, rankSum - rank);
      }
    }
  }
  return row(chosen);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
