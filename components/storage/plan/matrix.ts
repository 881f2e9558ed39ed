import { type Cell, cellKey, groupKey, NATIVE_BLOCK_SIZE, type VmGroup, type VmSize } from "./cell";
import { matches } from "./pattern";

/** The dimensions of the matrix. Each list is in the order in which its values are tested. */
export interface Matrix {
  readonly pools: readonly string[];
  readonly vmSizes: readonly VmSize[];
  readonly pvcSizes: readonly string[];
  /** Numbers of machines that run a test at the same time. */
  readonly concurrency: readonly number[];
  readonly profiles: readonly MatrixProfile[];
  readonly blockSizes: readonly string[];
}

/** A fio profile as a dimension of the matrix. */
export interface MatrixProfile {
  readonly name: string;
  /** Whether the profile has block sizes of its own, so that the matrix' block sizes do not multiply the profile. */
  readonly hasOwnBlockSizes: boolean;
}

/**
 * The part of the matrix that a run tests. All parts can be combined: `quick` reduces the machines, `overview` and `rank`
 * choose the tests, and pools and patterns reduce what is left.
 */
export interface Selection {
  /** The smallest machines, the smallest volume, one machine; random-rw and sequential-rw with 4k and 1M. */
  readonly quick: boolean;
  /** random-rw with 4k and sequential-rw with 1M, on the smallest machines: two tests a pool. */
  readonly overview: boolean;
  /** The tests of `overview` and mixed-70-30 with 4k, on the second smallest machines: three tests a pool. */
  readonly rank: boolean;
  /** The pools to test. Empty: all pools. */
  readonly pools: readonly string[];
  /** Only cells that match one of these patterns are tested. Empty: all cells. */
  readonly filters: readonly string[];
  /** Cells that match one of these patterns are not tested, whatever `filters` says. */
  readonly excludes: readonly string[];
}

/** The selection of the whole matrix. */
export const EVERYTHING: Selection = {
  quick: false,
  overview: false,
  rank: false,
  pools: [],
  filters: [],
  excludes: [],
};

/** The name of a selection's modes. @example "quick", "quick+rank", or "full" without a mode */
export function modeOf({ quick, overview, rank }: Selection): string {
  const modes = Object.entries({ quick, overview, rank }).flatMap(([name, isOn]) => (isOn ? [name] : []));
  return modes.length === 0 ? "full" : modes.join("+");
}

/**
 * The VM groups that a run tests, pool by pool. The modes are those of
 * https://github.com/neil1taylor/storage-perf-tests (docs/architecture/test-matrix-explained.md).
 */
export function planGroups(matrix: Matrix, selection: Selection): VmGroup[] {
  const { pools, sizes, pvcSizes, concurrency, tests } = reduced(matrix, selection);
  return pools.flatMap((pool) =>
    sizes.flatMap((size) =>
      pvcSizes.flatMap((pvcSize) =>
        concurrency.flatMap((machines) => {
          const group = { pool, size, pvcSize, concurrency: machines };
          const cells = tests.map((test) => ({ ...group, ...test })).filter(isSelected(selection));
          return cells.length === 0 ? [] : [{ ...group, key: groupKey(group), cells }];
        }),
      ),
    ),
  );
}

type Test = Pick<Cell, "profile" | "blockSize">;

interface Reduced {
  readonly pools: readonly string[];
  readonly sizes: readonly VmSize[];
  readonly pvcSizes: readonly string[];
  readonly concurrency: readonly number[];
  readonly tests: readonly Test[];
}

function reduced(matrix: Matrix, selection: Selection): Reduced {
  const { quick, overview, rank } = selection;
  const isReduced = quick || overview || rank;
  const pools = matrix.pools.filter((pool) => selection.pools.length === 0 || selection.pools.includes(pool));
  const pairs = [...(overview || rank ? OVERVIEW_TESTS : []), ...(rank ? [RANK_TEST] : [])];
  const tests = allTests(matrix).filter(({ profile, blockSize }) => {
    if (pairs.length > 0) {
      return pairs.some((pair) => pair.profile === profile && pair.blockSize === blockSize);
    }
    return !quick || (QUICK_PROFILES.includes(profile) && QUICK_BLOCK_SIZES.includes(blockSize));
  });
  if (!isReduced) {
    return {
      pools,
      sizes: matrix.vmSizes,
      pvcSizes: matrix.pvcSizes,
      concurrency: matrix.concurrency,
      tests,
    };
  }
  const size = matrix.vmSizes[rank && !quick && !overview ? Math.min(1, matrix.vmSizes.length - 1) : 0];
  return {
    pools,
    sizes: size === undefined ? [] : [size],
    pvcSizes: matrix.pvcSizes.slice(0, 1),
    concurrency: matrix.concurrency.includes(1) ? [1] : matrix.concurrency.slice(0, 1),
    tests,
  };
}

function allTests({ profiles, blockSizes }: Matrix): Test[] {
  return profiles.flatMap(({ name, hasOwnBlockSizes }) =>
    (hasOwnBlockSizes ? [NATIVE_BLOCK_SIZE] : blockSizes).map((blockSize) => ({ profile: name, blockSize })),
  );
}

const OVERVIEW_TESTS: readonly Test[] = [
  { profile: "random-rw", blockSize: "4k" },
  { profile: "sequential-rw", blockSize: "1M" },
];
const RANK_TEST: Test = { profile: "mixed-70-30", blockSize: "4k" };
const QUICK_PROFILES = ["random-rw", "sequential-rw"];
const QUICK_BLOCK_SIZES = ["4k", "1M"];

function isSelected({ filters, excludes }: Selection): (cell: Cell) => boolean {
  return (cell) =>
    (filters.length === 0 || filters.some((pattern) => matches(pattern, cell))) &&
    !excludes.some((pattern) => matches(pattern, cell));
}

/** The keys of all cells of the groups, in order. */
export function keysOf(groups: readonly VmGroup[]): string[] {
  return groups.flatMap(({ cells }) => cells.map(cellKey));
}
