import fc from "fast-check";
import { expect, test } from "vitest";
import { mannWhitney } from "./mann-whitney";

// SciPy 1.x: mannwhitneyu(a, b, method="exact"), and permutation_test over the rank sum where values are tied.
test.each([
  { first: [1, 2, 3, 4], second: [5, 6, 7, 8], p: 0.02857142857142857 },
  { first: [1, 4, 6, 7], second: [2, 3, 5, 8], p: 1 },
  { first: [19, 22, 16, 29, 24], second: [20, 11, 17, 12], p: 0.1111111111111111 },
  { first: [10, 11, 12, 13, 14, 15], second: [12.5, 13.5, 14.5, 15.5, 16.5, 17.5], p: 0.06493506493506493 },
  { first: [1, 1, 2, 2], second: [2, 3, 3, 4], p: 0.08571428571428572 },
  { first: [5, 5, 5, 5], second: [5, 5, 5, 5], p: 1 },
])("$first and $second have p = $p, as SciPy says", ({ first, second, p }) => {
  expect(mannWhitney(first, second)).toBeCloseTo(p, 12);
});

const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 });

test("p is a probability, and depends on neither the order of the samples nor the scale of the values", () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const p = mannWhitney(first, second);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
      expect(mannWhitney(second, first)).toBeCloseTo(p, 12);
      const cubed = (values: readonly number[]) => values.map((value) => value ** 3);
      expect(mannWhitney(cubed(first), cubed(second))).toBe(p);
    }),
  );
});

test("with three repetitions each, nothing is significant at 5 %", () => {
  expect(mannWhitney([1, 2, 3], [10, 20, 30])).toBeCloseTo(0.1);
});

test("a sample must not be empty", () => {
  expect(() => mannWhitney([], [1])).toThrow(RangeError);
});
