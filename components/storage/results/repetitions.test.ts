import fc from "fast-check";
import { expect, test } from "vitest";
import type { TestMeasurement } from "./combine";
import type { Measurement } from "./fio-output";
import { figuresOf, isSteady, spread } from "./repetitions";

const rates = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 });

test("the spread is the interquartile range divided by the median", () => {
  expect(spread([100, 110, 120, 130])).toBeCloseTo(15 / 115);
  expect(spread([5])).toBe(0);
  expect(spread([0, 0, 0])).toBe(0);
  expect(spread([0, 0, 0, 1, 1])).toBe(Number.POSITIVE_INFINITY);
});

test("the spread depends on neither the order nor the unit of the values", () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 2, max: 1000 }), (values, factor) => {
      expect(spread([...values].reverse())).toBe(spread(values));
      expect(spread(values.map((value) => value * factor))).toBeCloseTo(spread(values), 9);
    }),
  );
});

test("the median is between the quartiles, and these are between the extremes", () => {
  fc.assert(
    fc.property(rates, (values) => {
      const iops = figuresOf(values.map((value) => repetition(value))).read?.iops;
      expect(iops?.values).toEqual(values);
      const order = [
        Math.min(...values),
        iops?.q1 ?? 0,
        iops?.median ?? 0,
        iops?.q3 ?? 0,
        Math.max(...values),
      ];
      expect([...order].sort((one, other) => one - other)).toEqual(order);
    }),
  );
});

test("one or two repetitions are never steady, and three equal ones are", () => {
  expect(isSteady([repetition(100)], 1)).toBe(false);
  expect(isSteady([repetition(100), repetition(100)], 1)).toBe(false);
  expect(isSteady([repetition(100), repetition(100), repetition(100)], 0)).toBe(true);
});

test("reads that are steady do not excuse writes that are not", () => {
  const repetitions = [100, 150, 200, 250].map((writes) => repetition(1000, writes));
  expect(isSteady(repetitions, 0.3)).toBe(false);
  expect(isSteady(repetitions, 0.6)).toBe(true);
});

test("a repetition without writes counts as zero writes, not as no repetition", () => {
  const { write } = figuresOf([repetition(100, 50), repetition(100), repetition(100, 50)]);
  expect(write?.iops.values).toEqual([50, 0, 50]);
  expect(write?.p99.values).toHaveLength(2);
});

function repetition(reads: number, writes?: number): TestMeasurement {
  const read = measurement(reads);
  const write = writes === undefined ? undefined : measurement(writes);
  return { jobs: [{ job: "rand", group: 0, pattern: "randrw", error: 0, read, write }], read, write };
}

function measurement(iops: number): Measurement {
  return { iops, bandwidth: iops * 4096, p50: 100, p99: 200, p999: 300, ios: iops, seconds: 1 };
}
