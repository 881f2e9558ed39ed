import fc from "fast-check";
import { expect, test } from "vitest";
import { failed, missing, passed, type Work } from "../../../test/support/storage/storage-cells";
import { isPassed, measureOf, rank, testShares } from "./ranking";

const random = (pool: string) => `${pool}:small:150Gi:1:random-rw:4k`;
const mixed = (pool: string) => `${pool}:small:150Gi:1:mixed-70-30:4k`;

test("the score is the geometric mean of the shares, over directions and then over profiles", () => {
  const { pools, profiles } = rank([
    passed(random("slow"), { reads: [100], writes: [25] }),
    passed(mixed("slow"), { reads: [10] }),
    passed(random("fast"), { reads: [100], writes: [100] }),
    passed(mixed("fast"), { reads: [40] }),
  ]);
  expect(profiles).toEqual(["random-rw", "mixed-70-30"]);
  expect(pools.map(({ rank: place, pool }) => [place, pool])).toEqual([
    [1, "fast"],
    [2, "slow"],
  ]);
  // random-rw: sqrt(1 · 1/4) = 1/2; mixed: 1/4; together sqrt(1/2 · 1/4).
  expect(pools[1]?.profiles["random-rw"]?.throughput).toBeCloseTo(0.5);
  expect(pools[1]?.score).toBeCloseTo(Math.sqrt(1 / 8));
  expect(pools[0]?.score).toBe(1);
});

test("pools with failed or missing cells are not ranked, and the others' shares do not refer to them", () => {
  const ranking = rank([
    passed(random("whole"), { reads: [50] }),
    passed(mixed("whole"), { reads: [50] }),
    passed(random("failing"), { reads: [5000] }),
    failed(mixed("failing")),
    passed(random("unfinished"), { reads: [5000] }),
    missing(mixed("unfinished")),
  ]);
  expect(ranking.pools).toMatchObject([{ rank: 1, pool: "whole", score: 1 }]);
  expect(ranking.incomplete).toEqual([
    { pool: "failing", passed: 1, failed: 1, missing: 0 },
    { pool: "unfinished", passed: 1, failed: 0, missing: 1 },
  ]);
});

test("a profile that one ranked pool does not have does not count", () => {
  const { profiles, pools } = rank([
    passed(random("a"), { reads: [100] }),
    passed(mixed("a"), { reads: [1] }),
    passed(random("b"), { reads: [50] }),
  ]);
  expect(profiles).toEqual(["random-rw"]);
  expect(pools.map(({ score }) => score)).toEqual([1, 0.5]);
});

test("p99 decides between pools with equal scores", () => {
  const { pools } = rank([
    passed(random("late"), { reads: [100], p99: 900 }),
    passed(random("prompt"), { reads: [100], p99: 300 }),
  ]);
  expect(pools.map(({ pool }) => pool)).toEqual(["prompt", "late"]);
  expect(pools[1]?.latencyScore).toBeCloseTo(1 / 3);
});

test("a run in which every pool failed has no ranking", () => {
  expect(rank([failed(random("a"))])).toMatchObject({ pools: [], profiles: [] });
});

test("sequential jobs and blocks of 64 KiB are judged by bandwidth, the others by IOPS", () => {
  const measure = (work: Omit<Work, "reads">) => {
    const result = passed(random("a"), { reads: [100.3], ...work });
    return isPassed(result) && measureOf(result.figures);
  };
  expect(measure({ pattern: "randread", block: 4096 })).toBe("iops");
  expect(measure({ pattern: "randrw", block: 65_536 })).toBe("bandwidth");
  expect(measure({ pattern: "read", block: 4096 })).toBe("bandwidth");
  expect(measure({ pattern: "randwrite", block: 16_384 })).toBe("iops");
});

const limits = fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 9 });

test("pools are ranked as their limits dictate, whatever the order of the cells", () => {
  fc.assert(
    fc.property(limits, fc.boolean(), (values, isReversed) => {
      const cells = values.flatMap((limit) => [
        passed(random(`pool-${limit}`), { reads: [limit], writes: [limit / 2] }),
        passed(mixed(`pool-${limit}`), { reads: [limit] }),
      ]);
      const { pools } = rank(isReversed ? cells.reverse() : cells);
      const expected = [...values].sort((one, other) => other - one).map((limit) => `pool-${limit}`);
      expect(pools.map(({ pool }) => pool)).toEqual(expected);
      expect(pools.every(({ score }) => score > 0 && score <= 1)).toBe(true);
    }),
  );
});

test("the share in one test refers to the best pool of that test", () => {
  const cells = [passed(random("a"), { reads: [100] }), passed(random("b"), { reads: [25] })].filter(
    isPassed,
  );
  expect(testShares("b", cells)).toEqual({ throughput: 0.25, p99: 0.25 });
});
