import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { learnDurations, readDurations } from "./durations-file";
import {
  expectations,
  learn,
  learnedSchema,
  NOTHING_LEARNED,
  OPERATIONS_KEPT,
  SAMPLES_KEPT,
} from "./learned-durations";
import { expectedRegionSeconds, regionSample } from "./region-seconds";

const folder = mkdtempSync(join(tmpdir(), "chainfleet-durations-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (location: string, cloud = "azure") => ({ cloud, location });
const sample = (seconds: number, location = "eastus", type = "cluster") => ({
  ...{ type, op: "create", place: at(location), seconds },
});

describe("learned durations", () => {
  it("expect what the location has shown, else what the cloud has shown elsewhere, else nothing", () => {
    const learned = learn(NOTHING_LEARNED, [sample(10), sample(10), sample(30, "westeurope")]);
    const expected = expectations(learned);
    expect(expected(sample(0))).toEqual({ seconds: 10, source: "location", samples: 2 });
    expect(expected(sample(0, "uksouth"))).toMatchObject({ source: "cloud", samples: 3 });
    expect(expected({ ...sample(0), place: at("eastus", "aws") })).toMatchObject({ source: "none" });
    expect(expected({ ...sample(0), op: "delete" })).toMatchObject({ source: "none" });
  });

  it("lie between the least and the greatest sample, and one bad day does not count for long", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), (seconds) => {
        const learned = learn(
          NOTHING_LEARNED,
          seconds.map((one) => sample(one)),
        );
        const kept = seconds.slice(-SAMPLES_KEPT);
        const { seconds: expected, samples } = expectations(learned)(sample(0));
        expect(samples).toBe(kept.length);
        expect(expected).toBeGreaterThanOrEqual(Math.min(...kept));
        expect(expected).toBeLessThanOrEqual(Math.max(...kept));
      }),
    );
    const usual = Array.from({ length: 9 }, () => sample(10));
    expect(expectations(learn(NOTHING_LEARNED, [...usual, sample(900)]))(sample(0)).seconds).toBe(10);
  });

  it("keep a bounded number of operations, those that runs had last", () => {
    const many = Array.from({ length: OPERATIONS_KEPT }, (_, index) => sample(1, "eastus", `type-${index}`));
    const learned = learn(learn(NOTHING_LEARNED, [sample(5, "old")]), many);
    expect(Object.keys(learned.operations)).toHaveLength(OPERATIONS_KEPT);
    expect(expectations(learned)(sample(0, "old")).source).toBe("none");
    expect(JSON.stringify(learned).length).toBeLessThan(1_000_000);
  });
});

describe("the file of learned durations", () => {
  const file = join(folder, "durations.json");

  it("grows with each run, and nothing else is left in the folder", () => {
    learnDurations([sample(1)], file);
    learnDurations([sample(2)], file);
    learnDurations([], file);
    expect(readDurations(file)).toMatchObject({ run: 2 });
    expect(Object.values(readDurations(file).operations)).toEqual([{ samples: [1, 2], count: 2, run: 2 }]);
    expect(readdirSync(folder)).toEqual(["durations.json"]);
  });

  it("counts as empty if it is missing or damaged, and the next run writes a whole one", () => {
    expect(readDurations(join(folder, "none.json"))).toEqual(NOTHING_LEARNED);
    for (const text of ["", "{", '{"version":1}', '{"version":2,"run":1,"operations":{}}', "[]"]) {
      writeFileSync(file, text);
      expect(readDurations(file)).toEqual(NOTHING_LEARNED);
    }
    learnDurations([sample(3)], file);
    expect(learnedSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).success).toBe(true);
  });
});

describe("the expected seconds of a region", () => {
  it("are what past creations took, else those of its cluster by the table of defaults", () => {
    const never = expectations(NOTHING_LEARNED);
    expect(expectedRegionSeconds(at("eastus"), never)).toBeGreaterThan(
      expectedRegionSeconds(at("onprem", "kubernetes"), never),
    );
    const learned = expectations(learn(NOTHING_LEARNED, [regionSample(at("eastus"), 123)]));
    expect(expectedRegionSeconds(at("eastus"), learned)).toBe(123);
    expect(expectedRegionSeconds(at("westeurope"), learned)).toBe(123);
  });
});
