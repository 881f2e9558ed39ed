import { describe, expect, it } from "vitest";
import type { TaskOutcome } from "../../pipeline/run/run-tasks";
import { StageBoard } from "./stage-board";

const TASKS = [
  { name: "contracts", stage: "code-generation" },
  { name: "contract-tests", stage: "testing" },
  { name: "unit-tests", stage: "testing" },
] as const;

const outcome = (name: string, start: number, end: number): TaskOutcome => ({
  ...{ name, result: "succeeded", parts: ["all"], succeeded: ["all"], failures: new Map(), start, end },
});

/** The rows of the table as they are read. */
function rows(board: StageBoard, now: number): string[] {
  return board
    .table(now)
    .split("\n")
    .filter((line) => line.includes("│"))
    .map((line) =>
      line
        .split("│")
        .map((cell) => cell.trim())
        .join(" ")
        .trim(),
    );
}

describe("the table of the stages of a run in progress", () => {
  it("has each stage with its time and the tasks that run", () => {
    const board = new StageBoard(TASKS);
    board.event({ kind: "started", name: "contracts", parts: 1, at: 0 });
    board.event({ kind: "started", name: "unit-tests", parts: 12, at: 0 });
    board.event({ kind: "ended", outcome: outcome("contracts", 0, 2_000) });
    expect(rows(board, 5_000)).toEqual([
      "stage state seconds budget tasks in progress",
      "template-selection unchanged 0.0 3",
      "code-generation succeeded 2.0 8",
      "cleanroom-setup unchanged 0.0 7",
      "testing running 5.0 15 unit-tests (12 parts)",
      "validation unchanged 0.0 7",
      "reporting waiting 0.0 3",
    ]);
  });

  it("says that a stage waits until all of its tasks are over", () => {
    const board = new StageBoard(TASKS);
    expect(rows(board, 0)[4]).toBe("testing waiting 0.0 15");
    board.event({ kind: "started", name: "unit-tests", parts: 1, at: 0 });
    board.event({ kind: "ended", outcome: outcome("unit-tests", 0, 1_000) });
    expect(rows(board, 3_000)[4]).toBe("testing waiting 1.0 15");
  });
});
