import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWaits, waitedSeconds, waitsBySteps } from "./waits";

const wait = { at: 1000, seconds: 2, urn: "a", kind: "throttle", reason: "PUT" };

describe("the file of waits", () => {
  it("is read without the lines that are no waits", () => {
    const lines = [JSON.stringify(wait), '{"at":1', "", "null", JSON.stringify({ ...wait, kind: "nap" })];
    expect(parseWaits(lines.join("\n"))).toEqual([wait]);
  });

  it("never fails, whatever was written", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseWaits(text)));
  });
});

describe("the waits of a step", () => {
  it("are cut to the step, and those of a step without an end go on to the end of the run", () => {
    const steps = [
      { urn: "a", type: "", op: "create", started: 2, ended: 3, dependencies: [] },
      { urn: "a", type: "", op: "delete", started: 10, dependencies: [] },
    ];
    const waits = [wait, { ...wait, at: 11_000, seconds: 100 }] as const;
    const found = waitsBySteps(steps, waits as never, { startedAt: 0, endedAt: 20 });
    expect(found.map((each) => each.map(({ started, ended }) => [started, ended]))).toEqual([
      [[2, 3]],
      [[11, 20]],
    ]);
  });

  it("count once where they overlap", () => {
    const interval = fc
      .tuple(fc.nat(50), fc.nat(20))
      .map(([started, length]) => ({ started, ended: started + length }));
    fc.assert(
      fc.property(fc.array(interval), (waits) => {
        const seconds = new Set(
          waits.flatMap(({ started, ended }) =>
            Array.from({ length: ended - started }, (_, i) => started + i),
          ),
        );
        expect(waitedSeconds(waits)).toBe(seconds.size);
      }),
    );
  });
});
