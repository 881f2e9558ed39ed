import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profile, type TimedTask } from "./profile";

const task = (start: number, end: number, changes: Partial<TimedTask> = {}): TimedTask => ({
  ...{ stage: "testing", result: "succeeded", start, end },
  ...changes,
});
const testing = (...tasks: TimedTask[]) => profile(tasks).find(({ stage }) => stage === "testing");

describe("the profile of a run", () => {
  it("counts the time in which a stage worked once, however many of its tasks ran, and leaves gaps out", () => {
    expect(testing(task(0, 4000), task(1000, 3000), task(2000, 5000), task(7000, 8000))?.seconds).toBe(6);
  });

  it("is between the longest task and the sum of all tasks", () => {
    const intervals = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1 });
    fc.assert(
      fc.property(intervals, (pairs) => {
        const tasks = pairs.map(([start, length]) => task(start, start + length));
        const lengths = pairs.map(([, length]) => length);
        const milliseconds = Math.round((testing(...tasks)?.seconds ?? 0) * 1000);
        expect(milliseconds).toBeGreaterThanOrEqual(Math.max(...lengths));
        expect(milliseconds).toBeLessThanOrEqual(lengths.reduce((sum, one) => sum + one, 0));
      }),
    );
  });

  it("marks a stage over its budget, and warns over ten seconds", () => {
    expect(testing(task(0, 9000))).toMatchObject({ overBudget: false, slow: false });
    expect(testing(task(0, 12_000))).toMatchObject({ overBudget: false, slow: true });
    expect(testing(task(0, 15_001))).toMatchObject({ overBudget: true, slow: true });
    const [selection] = profile([task(0, 3001, { stage: "template-selection" })]);
    expect(selection).toMatchObject({ overBudget: true, slow: false });
  });

  it("takes the worst result of a stage's tasks", () => {
    expect(testing(task(0, 1), task(0, 1, { result: "failed" }))?.result).toBe("failed");
    expect(testing(task(0, 1), task(0, 0, { result: "unchanged" }))?.result).toBe("succeeded");
    expect(testing()?.result).toBe("unchanged");
  });
});
