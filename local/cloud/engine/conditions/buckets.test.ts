import fc from "fast-check";
import { expect, test } from "vitest";
import { Buckets, type Limit } from "./buckets";

const limit = fc.record({
  key: fc.constant("bucket"),
  capacity: fc.integer({ min: 1, max: 50 }),
  refillPerSecond: fc.double({ min: 0.01, max: 20, noNaN: true }),
});

test("a full bucket admits exactly its capacity of calls at once", () => {
  fc.assert(
    fc.property(limit, (one) => {
      const buckets = new Buckets();
      const taken = Array.from({ length: one.capacity + 5 }, () => buckets.take([one], 0));
      expect(taken.filter((wait) => wait === 0)).toHaveLength(one.capacity);
    }),
  );
});

test("over any period a bucket admits no more calls than its capacity plus the refill", () => {
  const steps = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(limit, steps, (one, pauses) => {
      const buckets = new Buckets();
      let now = 0;
      let taken = 0;
      for (const pause of pauses) {
        now += pause;
        taken += buckets.take([one], now) === 0 ? 1 : 0;
      }
      expect(taken).toBeLessThanOrEqual(one.capacity + now * one.refillPerSecond + 1e-6);
    }),
  );
});

test("a caller that waits for the returned time gets a token", () => {
  fc.assert(
    fc.property(limit, (one) => {
      const buckets = new Buckets();
      let wait = 0;
      while (wait === 0) {
        wait = buckets.take([one], 0);
      }
      expect(buckets.take([one], wait)).toBe(0);
    }),
  );
});

test("a call that finds one bucket empty takes no token from the other buckets", () => {
  const full: Limit = { key: "full", capacity: 1, refillPerSecond: 0.001 };
  const empty: Limit = { key: "empty", capacity: 1, refillPerSecond: 0.001 };
  const buckets = new Buckets();
  buckets.take([empty], 0);
  expect(buckets.take([full, empty], 0)).toBeGreaterThan(0);
  expect(buckets.take([full], 0)).toBe(0);
});
