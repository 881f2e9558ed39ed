import fc from "fast-check";
import { expect, test } from "vitest";
import { failed, passed } from "../../../test/support/storage/storage-cells";
import { compareCells, verdictCounts } from "./comparison";

const random = (pool: string) => `${pool}:small:150Gi:1:random-rw:4k`;

test("a clear gain and a clear loss are told from noise, and higher latency is worse", () => {
  const key = random("a");
  const compare = (one: readonly number[], two: readonly number[]) =>
    compareCells([passed(key, { reads: one })], [passed(key, { reads: two })]).figures.map(
      ({ figure, verdict }) => `${figure} ${verdict}`,
    );
  expect(compare([100, 101, 102, 103], [200, 201, 202, 203])).toEqual(["iops better", "p99 better"]);
  expect(compare([200, 201, 202, 203], [100, 101, 102, 103])).toEqual(["iops worse", "p99 worse"]);
  expect(compare([100, 104, 102, 106], [101, 103, 105, 107])).toEqual([
    "iops no significant difference",
    "p99 no significant difference",
  ]);
  expect(compare([100, 101, 102], [200, 201, 202, 203])).toEqual([
    "iops not enough repetitions",
    "p99 not enough repetitions",
  ]);
});

test("the ratio is that of the medians, and cells without a partner are named", () => {
  const comparison = compareCells(
    [passed(random("a"), { reads: [100] }), failed(random("b")), passed(random("c"), { reads: [1] })],
    [passed(random("a"), { reads: [150] }), passed(random("b"), { reads: [1] })],
  );
  expect(comparison.figures[0]).toMatchObject({
    figure: "iops",
    base: 100,
    other: 150,
    ratio: 1.5,
    p: undefined,
  });
  expect(comparison.unmatched).toEqual([
    { key: random("b"), base: "failed", other: "passed" },
    { key: random("c"), base: "passed", other: "absent" },
  ]);
  expect(verdictCounts(comparison)["not enough repetitions"]).toBe(2);
});

test("a run compared with itself differs nowhere", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 8 }), (values) => {
      const cells = [passed(random("a"), { reads: values, writes: values })];
      for (const { ratio, verdict } of compareCells(cells, cells).figures) {
        expect(ratio).toBe(1);
        expect(verdict).toBe("no significant difference");
      }
    }),
  );
});
