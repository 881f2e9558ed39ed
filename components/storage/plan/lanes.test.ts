import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VmGroup } from "./cell";
import { type ScheduledGroup, scheduleLanes, type TimedGroup } from "./lanes";

const group = (pool: string, index: number): VmGroup => ({
  key: `${pool}:small:${index}:1`,
  pool,
  size: { name: "small", cpu: 2, memory: "4Gi" },
  pvcSize: String(index),
  concurrency: 1,
  cells: [],
});

const timed = (durations: Readonly<Record<string, readonly number[]>>): TimedGroup[] =>
  Object.entries(durations).flatMap(([pool, each]) =>
    each.map((seconds, index) => ({ group: group(pool, index), seconds })),
  );

/** When each group ends if every group starts as soon as its predecessors have ended: what the engine does. */
function simulate(groups: readonly ScheduledGroup[], seconds: ReadonlyMap<string, number>): number {
  const ends = new Map<string, number>();
  for (const { group: each, after } of groups) {
    const start = Math.max(0, ...after.map((key) => ends.get(key) ?? Number.NaN));
    ends.set(each.key, start + (seconds.get(each.key) ?? Number.NaN));
  }
  return Math.max(0, ...ends.values());
}

const workloads = fc
  .array(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((pools) => timed(Object.fromEntries(pools.map((durations, index) => [`p${index}`, durations]))));

describe("lanes", () => {
  it("share nine equal pools of four groups among four lanes without a gap", () => {
    const pools = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`p${index}`, [10, 10, 10, 10]]),
    );
    const { makespan, lowerBound } = scheduleLanes(timed(pools), 4);
    expect([makespan, lowerBound]).toEqual([90, 90]);
  });

  it("start the longest pool first", () => {
    const { groups } = scheduleLanes(timed({ short: [5], long: [30], middle: [10] }), 1);
    expect(groups.map(({ group: { pool } }) => pool)).toEqual(["long", "middle", "short"]);
  });

  it("are no more than there are pools", () => {
    const { groups } = scheduleLanes(timed({ a: [1, 2], b: [3] }), 50);
    expect(new Set(groups.map(({ lane }) => lane)).size).toBe(2);
  });

  it("never run more groups at the same time than there are lanes, nor two groups of a pool, nor a group twice", () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 8 }), (work, lanes) => {
        const { groups } = scheduleLanes(work, lanes);
        expect(groups.map(({ group: { key } }) => key).sort()).toEqual(
          work.map(({ group: { key } }) => key).sort(),
        );
        for (const [index, one] of groups.entries()) {
          // A group of no duration is done already and takes no room.
          const during = groups.filter(
            (other) => other.starts <= one.starts && one.starts < other.ends && other.ends > other.starts,
          );
          expect(during.length).toBeLessThanOrEqual(lanes);
          expect(new Set(during.map(({ group: { pool } }) => pool)).size).toBe(during.length);
          const before = groups.slice(0, index).map(({ group: { key } }) => key);
          expect(one.after.every((key) => before.includes(key))).toBe(true);
        }
      }),
    );
  });

  it("take as long as the plan says when every group starts after its predecessors", () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 8 }), (work, lanes) => {
        const seconds = new Map(work.map((each) => [each.group.key, each.seconds]));
        const { groups, makespan } = scheduleLanes(work, lanes);
        expect(simulate(groups, seconds)).toBe(makespan);
      }),
    );
  });

  it("keep the order of a pool's groups, and no lane's limit is exceeded whatever the real durations are", () => {
    fc.assert(
      fc.property(
        workloads,
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.nat(30)),
        (work, lanes, real) => {
          const { groups } = scheduleLanes(work, lanes);
          const ends = new Map<string, readonly [number, number]>();
          for (const { group: each, after } of groups) {
            const start = Math.max(0, ...after.map((key) => ends.get(key)?.[1] ?? Number.NaN));
            ends.set(each.key, [start, start + (real.next().value ?? 0)]);
          }
          for (const [start] of ends.values()) {
            const during = [...ends.values()].filter(([from, to]) => from <= start && start < to);
            expect(during.length).toBeLessThanOrEqual(lanes);
          }
          for (const { pool } of new Set(work.map(({ group: each }) => each))) {
            const starts = work
              .filter(({ group: each }) => each.pool === pool)
              .map(({ group: each }) => ends.get(each.key)?.[0] ?? 0);
            expect(starts).toEqual([...starts].sort((a, b) => a - b));
          }
        },
      ),
    );
  });

  it("take at most twice the lower bound, as every schedule without needless gaps does", () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 8 }), (work, lanes) => {
        const { makespan, lowerBound } = scheduleLanes(work, lanes);
        expect(makespan).toBeGreaterThanOrEqual(lowerBound - 1e-9);
        // Graham's bound for list scheduling with chains: total / m + (1 - 1/m) × the longest chain.
        expect(makespan).toBeLessThanOrEqual(2 * lowerBound + 1e-9);
      }),
    );
  });
});
