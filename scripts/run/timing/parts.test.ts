import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf } from "./parts";
import type { TimedStep } from "./timed-steps";

const step = fc
  .record({
    started: fc.double({ min: 0, max: 60, noNaN: true }),
    length: fc.double({ min: 0, max: 60, noNaN: true }),
  })
  .map(
    ({ started, length }): TimedStep => ({
      urn: "",
      type: "",
      op: "create",
      started,
      ended: started + length,
      dependencies: [],
    }),
  );
const time = fc.double({ min: 0, max: 200, noNaN: true });

describe("the parts of a run's time", () => {
  it("are never negative and add up to the whole run, whatever the clocks of its events said", () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), time, time, time, (others, path, begin, end, ended) => {
        const span = { engineStarted: begin, engineEnded: end, ended };
        const parts = Object.values(partsOf([...others, ...path], path, span));
        for (const part of parts) {
          expect(part).toBeGreaterThanOrEqual(0);
        }
        // Each of the eight parts is rounded to milliseconds.
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(ended, 1);
      }),
    );
  });

  it("of a run that changed nothing are the engine's time and what was before and after", () => {
    const { beforeEngine, beforeFirstOperation, path, afterEngine } = partsOf([], [], {
      engineStarted: 1,
      engineEnded: 4,
      ended: 6,
    });
    expect([beforeEngine, beforeFirstOperation, path, afterEngine]).toEqual([1, 3, 0, 2]);
  });
});
