import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import pDefer from "p-defer";
import { expect, test } from "vitest";
import { allAtOnce } from "./at-once";

const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `region-${index}` }));

test("24 regions are worked on at the same time", async () => {
  let begun = 0;
  const allBegun = pDefer();
  const outcomes = await allAtOnce(names(24), { timeoutSeconds: 60 }, async ({ name }) => {
    begun += 1;
    if (begun === 24) {
      allBegun.resolve();
    }
    // One region after another would wait here until the time is over.
    await allBegun.promise;
    return name;
  });
  expect(outcomes.map(({ value }) => value)).toEqual(names(24).map(({ name }) => name));
});

test("a region that hangs costs its own time only, and its work is told to end", async () => {
  let aborted = false;
  const outcomes = await allAtOnce(names(3), { timeoutSeconds: 0.3 }, async ({ name }, signal) => {
    if (name === "region-1") {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      await new Promise(() => undefined);
    }
    return name;
  });
  expect(outcomes.map(({ value, error }) => value ?? error)).toEqual([
    "region-0",
    "no end within 0.3 s",
    "region-2",
  ]);
  expect(aborted).toBe(true);
});

test("outcomes are told in the order of the regions, each once, whatever the order in which they end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ wait: fc.nat(15), fails: fc.boolean() }), { maxLength: 12 }),
      async (works) => {
        const told: string[] = [];
        const regions = names(works.length);
        const outcomes = await allAtOnce(
          regions,
          { timeoutSeconds: 5, told: ({ region }) => told.push(region) },
          async ({ name }) => {
            const work = works[regions.findIndex((region) => region.name === name)];
            await delay(work?.wait);
            if (work?.fails) {
              throw new Error("broken");
            }
          },
        );
        expect(told).toEqual(regions.map(({ name }) => name));
        expect(outcomes.map(({ error }) => error === "broken")).toEqual(works.map(({ fails }) => fails));
      },
    ),
    { numRuns: 30 },
  );
});
