import fc from "fast-check";
import { expect, test } from "vitest";
import { wavesOf } from "../../order/waves";
import type { ConfigError } from "../config-error";
import { readConfig } from "../read";

const locations = ["eastus", "eastus2", "westus2", "westus3"];
const regions = locations.map((name) => ({ cloud: "azure", name }));

function findings(rollout: unknown): string[] {
  try {
    readConfig({ regions: JSON.stringify(regions), rollout: JSON.stringify(rollout) }, "Pulumi.test.yaml");
    return [];
  } catch (error) {
    return (error as ConfigError).findings.map(({ key, problem }) => `${key} ${problem}`);
  }
}

test("waves that do not add up to the regions are refused", () => {
  expect(findings([1, 3])).toEqual([]);
  expect(findings([4])).toEqual([]);
  expect(findings([1, 2])).toEqual([
    "rollout has waves for 3 regions together, but there are 4 regions; the numbers must add up to the number of regions",
  ]);
});

test("a wave has at least one region, and a rollout at least one wave", () => {
  expect(findings([0, 4])).toEqual(["rollout[0] is 0; must be at least 1"]);
  expect(findings([1.5, 2.5])).toHaveLength(2);
  expect(findings([])).toEqual(["rollout is []; must have at least one wave"]);
});

test("every region is in one wave, in the order of the config", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sizes, (rollout) => {
      const all = Array.from(
        { length: rollout.reduce((sum, size) => sum + size) },
        (_, index) => `r${index}`,
      );
      const waves = wavesOf({ rollout, regions: all.map((name) => ({ name })) });
      expect(waves.flat()).toEqual(all);
      expect(waves.map(({ length }) => length)).toEqual(rollout);
    }),
  );
});

test("without a rollout all regions are one wave", () => {
  expect(wavesOf({ regions: locations.map((name) => ({ name })) })).toEqual([locations]);
});
