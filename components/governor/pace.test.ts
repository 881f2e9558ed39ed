import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fractionAt, lowered, paceAt, SLOWEST_PACE, throttled } from "./pace";

describe("the pace of a bucket", () => {
  it("halves with each refusal, not below the slowest pace, and recovers to the published rate in equal steps", () => {
    let pace = lowered(1, 0);
    const fractions = Array.from({ length: 6 }, () => {
      pace = throttled(pace, 0, 0);
      return fractionAt(pace, 0);
    });
    expect(fractions).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, SLOWEST_PACE, SLOWEST_PACE]);
    expect([10, 20, 30].map((now) => fractionAt(pace, now))).toEqual([3 / 16, 5 / 16, 7 / 16]);
    expect(fractionAt(pace, 1000)).toBe(1);
  });

  it("adds up over consecutive periods, and is never more than the published rate", () => {
    const time = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.07, max: 1, noNaN: true }), time, time, time, (fraction, ...times) => {
        const [a = 0, b = 0, c = 0] = times.toSorted((one, other) => one - other);
        const pace = throttled(lowered(fraction, 0), 0, 25);
        expect(paceAt(pace, a, b) + paceAt(pace, b, c)).toBeCloseTo(paceAt(pace, a, c), 1);
        expect(paceAt(pace, a, c)).toBeLessThanOrEqual(c - a + 1e-9);
      }),
    );
  });
});
