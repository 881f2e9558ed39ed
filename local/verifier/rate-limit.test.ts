import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit";

test("no period of one second has more requests than allowed, and no request within the limit is refused", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 60 });
  fc.assert(
    fc.property(pauses, (times) => {
      const limit = new RateLimit(5);
      const allowed: number[] = [];
      let now = 0;
      for (const pause of times) {
        now += pause;
        const before = allowed.filter((time) => time > now - 1000).length;
        expect(limit.take(now)).toBe(before < 5);
        if (before < 5) {
          allowed.push(now);
        }
      }
    }),
  );
});
