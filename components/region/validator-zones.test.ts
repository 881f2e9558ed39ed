import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validatorsInZones, zoneOfValidator } from "./validator-zones";

const zones = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
const validators = fc.nat(100);

describe("the zones of a region's validators", () => {
  it("have machines for exactly the validators that are in them, so that a removed validator takes a machine of its own zone", () => {
    fc.assert(
      fc.property(validators, validators, zones, (before, after, all) => {
        const [fewer, more] = [Math.min(before, after), Math.max(before, after)];
        const leaving = Array.from({ length: more - fewer }, (_, index) =>
          zoneOfValidator(fewer + index, all),
        );
        const left = validatorsInZones(more, all).map(
          (count, zone) => count - leaving.filter((other) => other === all[zone]).length,
        );
        expect(validatorsInZones(fewer, all)).toEqual(left);
      }),
    );
  });

  it("have one validator more or less than each other, the first zones more", () => {
    fc.assert(
      fc.property(validators, zones, (count, all) => {
        const counts = validatorsInZones(count, all);
        expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count);
        expect((counts[0] ?? 0) - (counts.at(-1) ?? 0)).toBeLessThanOrEqual(1);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
      }),
    );
  });

  it("are those of the first validators in their order, and there are none where a region has none", () => {
    expect([0, 1, 2, 3, 4].map((validator) => zoneOfValidator(validator, ["1", "2", "3"]))).toEqual([
      "1",
      "2",
      "3",
      "1",
      "2",
    ]);
    expect(zoneOfValidator(1, [])).toBeUndefined();
    expect(validatorsInZones(2, [])).toEqual([]);
  });
});
