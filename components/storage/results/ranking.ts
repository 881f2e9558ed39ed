import { geometricMean } from "simple-statistics";
import { DIRECTIONS, type Direction } from "./fio-output";
import type { FigureDistributions, TestFigures } from "./repetitions";
import { type CellResult, type OutcomeCounts, outcomeCounts, type PassedCell, testOf } from "./run-results";

/** The pools of a run, best first. */
export interface Ranking {
  readonly pools: readonly RankedPool[];
  /** The pools that are not ranked, because they have failed or missing cells. */
  readonly incomplete: readonly IncompletePool[];
  /** The profiles that count, which are those that all ranked pools have. */
  readonly profiles: readonly string[];
}

/** A pool all of whose cells passed. */
export interface RankedPool {
  /** 1 for the best pool. */
  readonly rank: number;
  readonly pool: string;
  /** The geometric mean of the throughput shares of the profiles: 1 if the pool is the best one in every test. */
  readonly score: number;
  /** The geometric mean of the p99 shares of the profiles. Decides between pools with equal scores. */
  readonly latencyScore: number;
  /** By profile. */
  readonly profiles: Readonly<Record<string, Shares>>;
}

/** What a pool reaches of the best ranked pool, as fractions. */
export interface Shares {
  /** Of the highest IOPS or bandwidth, see `measureOf`. */
  readonly throughput: number;
  /** The lowest p99 latency divided by the pool's. */
  readonly p99: number;
}

/** A pool with failed or missing cells, and the number of its cells of each outcome. */
export interface IncompletePool extends OutcomeCounts {
  readonly pool: string;
}

/**
 * Ranks the pools that are complete. In each test and direction a pool has a share of the best ranked pool; the shares are combined by
 * geometric means, first over the directions of a test, then over the tests of a profile and then over the profiles, so that each profile counts the same
 * however many block sizes the profile has, and so that no result depends on which pool the shares refer to (Fleming and Wallace,
 * "How not to lie with statistics", 1986). Latency is not a part of the score: with a fixed queue depth a pool's latency follows from
 * its IOPS (Little's law), which would count twice.
 */
export function rank(cells: readonly CellResult[]): Ranking {
  const names = [...new Set(cells.map(({ cell }) => cell.pool))];
  const ofPool = (pool: string) => cells.filter(({ cell }) => cell.pool === pool);
  const incomplete = names
    .map((pool) => ({ pool, ...outcomeCounts(ofPool(pool)) }))
    .filter(({ failed, missing }) => failed + missing > 0);
  const complete = names.filter((name) => incomplete.every(({ pool }) => pool !== name));
  const passed = cells.filter(isPassed).filter(({ cell }) => complete.includes(cell.pool));
  const tests = groupBy(passed, ({ cell }) => testOf(cell)).filter(
    ({ length }) => length === complete.length,
  );
  const byProfile = groupBy(tests, ([first]) => first?.cell.profile ?? "");
  const profiles = byProfile.map(([test]) => test?.[0]?.cell.profile ?? "");

  const ranked = complete.map((pool) => {
    const shares = Object.fromEntries(
      byProfile.map((ofProfile, index) => [
        profiles[index] ?? "",
        meanShares(ofProfile.map((cells) => testShares(pool, cells))),
      ]),
    );
    const total = meanShares(Object.values(shares));
    return {
      pool,
      score: total.throughput,
      latencyScore: total.p99,
      profiles: shares,
    };
  });
  const pools = ranked
    .sort(
      (one, other) =>
        other.score - one.score || other.latencyScore - one.latencyScore || (one.pool < other.pool ? -1 : 1),
    )
    .map((pool, index) => ({ rank: index + 1, ...pool }));
  return { pools, incomplete, profiles };
}

/** The figure by which the throughput of a test is judged. */
export type Measure = "iops" | "bandwidth";

/**
 * Bandwidth if each job of the test is sequential or has blocks of at least 64 KiB, else IOPS. The answer is the same for all pools,
 * because all pools run the same jobs.
 */
export function measureOf({ jobs }: TestFigures): Measure {
  const isBandwidthBound = jobs.every(
    ({ pattern, read, write }) =>
      SEQUENTIAL.includes(pattern) || [read, write].every((figures) => !figures || hasLargeBlocks(figures)),
  );
  return isBandwidthBound ? "bandwidth" : "iops";
}

/**
 * What a pool reaches of the best pool in one test: the geometric mean over the directions.
 *
 * @param cells of the test that passed, the pool's own among them.
 */
export function testShares(pool: string, cells: readonly PassedCell[]): Shares {
  return meanShares(
    DIRECTIONS.filter((direction) => cells.some(({ figures }) => figures[direction])).map((direction) =>
      sharesIn(pool, cells, direction),
    ),
  );
}

/** Narrows to the cells that have figures. */
export function isPassed(cell: CellResult): cell is PassedCell {
  return cell.outcome === "passed";
}

/** fio's sequential patterns (HOWTO, "readwrite"). */
const SEQUENTIAL = ["read", "write", "rw", "readwrite"];

const LARGE_BLOCK_BYTES = 64 * 1024;

/** fio rounds rates, so the bytes of an operation are a little off. */
function hasLargeBlocks({ iops, bandwidth }: FigureDistributions): boolean {
  return bandwidth.median >= 0.99 * LARGE_BLOCK_BYTES * iops.median;
}

function meanShares(shares: readonly Shares[]): Shares {
  return {
    throughput: mean(shares.map(({ throughput }) => throughput)),
    p99: mean(shares.map(({ p99 }) => p99)),
  };
}

function sharesIn(pool: string, cells: readonly PassedCell[], direction: Direction): Shares {
  const own = cells.find(({ cell }) => cell.pool === pool)?.figures;
  const rate = (figures: TestFigures | undefined) => figures?.[direction]?.[measureOf(figures)].median ?? 0;
  const latency = (figures: TestFigures | undefined) =>
    figures?.[direction]?.p99.median ?? Number.POSITIVE_INFINITY;
  const highest = Math.max(...cells.map(({ figures }) => rate(figures)));
  const lowest = Math.min(...cells.map(({ figures }) => latency(figures)));
  return {
    throughput: highest === 0 ? 1 : rate(own) / highest,
    p99: lowest === 0 ? 1 : lowest / latency(own),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return [...groups.values()];
}

/** The geometric mean; 0 of nothing. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : geometricMean([...values]);
}
