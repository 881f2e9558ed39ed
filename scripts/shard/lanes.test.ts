import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lanesOf, type Shard } from "./lanes";

const shards: fc.Arbitrary<Shard[]> = fc.uniqueArray(
  fc.record({
    region: fc.string({ minLength: 1 }),
    hasValidators: fc.boolean(),
    expectedSeconds: fc.nat(1000),
  }),
  { selector: ({ region }) => region },
);

describe("the lanes of an up", () => {
  it("run each stack once, and never more stacks with validators at once than validators may be updated", () => {
    fc.assert(
      fc.property(shards, fc.integer({ min: 1, max: 20 }), (all, width) => {
        const { created, updated } = lanesOf(all, width);
        expect([...created.shards, ...updated.shards].map(({ region }) => region).sort()).toEqual(
          all.map(({ region }) => region).sort(),
        );
        expect(created.shards.some(({ hasValidators }) => hasValidators)).toBe(false);
        expect(updated.shards.every(({ hasValidators }) => hasValidators)).toBe(true);
        expect(updated.width).toBe(width);
        expect(created.width).toBeGreaterThanOrEqual(created.shards.length);
      }),
    );
  });

  it("start the longest first", () => {
    const shard = (region: string, expectedSeconds: number) => ({
      region,
      hasValidators: true,
      expectedSeconds,
    });
    const { updated } = lanesOf([shard("a", 1), shard("b", 5), shard("c", 9)], 2);
    expect(updated.shards.map(({ region }) => region)).toEqual(["c", "b", "a"]);
  });
});
