import { describe, expect, it } from "vitest";
import { planRun } from "../../pipeline/graph/plan";
import type { Task } from "../../pipeline/graph/task";
import { pipelineReport } from "../../pipeline/report/report";
import type { TaskOutcome } from "../../pipeline/run/run-tasks";
import { summaryText } from "./summary";

const part = new Map([["dev", { files: [] }]]);
const tasks: Task[] = [
  { name: "config", stage: "validation", after: [], parts: part },
  { name: "cleanroom", stage: "cleanroom-setup", after: [], parts: part, lasts: "run" },
  { name: "deployment", stage: "testing", after: ["cleanroom"], parts: part },
];
const outcome = (name: string, changes: Partial<TaskOutcome> = {}): TaskOutcome => ({
  ...{ name, result: "succeeded", parts: ["dev"], succeeded: [], failures: new Map(), start: 0, end: 0 },
  ...changes,
});

describe("the summary of a run", () => {
  it("says what this machine could not do, although the run has succeeded", () => {
    const report = pipelineReport(
      planRun(tasks, new Map(), new Map()),
      [
        outcome("config"),
        outcome("cleanroom", { result: "skipped", unavailable: "To install the programs: local/env" }),
        outcome("deployment", { result: "skipped" }),
      ],
      { id: "run", startedAt: new Date(0), start: 0, tasksEnd: 0, end: 1000, stopped: false },
    );
    expect(report.tasks.map(({ unavailable }) => unavailable)).toEqual([
      undefined,
      "To install the programs: local/env",
      undefined,
    ]);
    const lines = summaryText(report, "runs/run").split("\n");
    expect(lines).toContain("not done: cleanroom. To install the programs: local/env");
    expect(lines).toContain(
      "pipeline: succeeded in 1.0 s: 1 part worked on, 0 unchanged, not done: cleanroom, deployment",
    );
  });
});
