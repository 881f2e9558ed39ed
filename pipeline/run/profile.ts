import { STAGE_BUDGET_SECONDS, STAGES, type Stage, WARNING_SECONDS } from "../graph/stage";
import type { TaskResult } from "./run-tasks";

/** A task's time, for the profile of a run. */
export interface TimedTask {
  readonly stage: Stage;
  readonly result: TaskResult;
  /** Milliseconds on the clock of the run. */
  readonly start: number;
  readonly end: number;
}

/** What a stage took. */
export interface StageProfile {
  readonly stage: Stage;
  readonly result: TaskResult;
  /** The time during which at least one of the stage's tasks ran. Stages overlap, so the sum may exceed the whole run. */
  readonly seconds: number;
  readonly budgetSeconds: number;
  readonly overBudget: boolean;
  /** Whether the stage took longer than the profiler's limit of 10 seconds. */
  readonly slow: boolean;
}

/**
 * The profile of a run: a row for each stage in the order of the pipeline, also for stages without tasks. Pure.
 */
export function profile(tasks: readonly TimedTask[]): StageProfile[] {
  return STAGES.map((stage) => {
    const own = tasks.filter((task) => task.stage === stage);
    const seconds = coveredMilliseconds(own) / 1000;
    const budgetSeconds = STAGE_BUDGET_SECONDS[stage];
    return {
      stage,
      result: combined(own.map(({ result }) => result)),
      seconds,
      budgetSeconds,
      overBudget: seconds > budgetSeconds,
      slow: seconds > WARNING_SECONDS,
    };
  });
}

/** The worst result decides. */
const WORST_FIRST: readonly TaskResult[] = ["failed", "stopped", "skipped", "succeeded", "unchanged"];

function combined(results: readonly TaskResult[]): TaskResult {
  return WORST_FIRST.find((result) => results.includes(result)) ?? "unchanged";
}

/** The length of the union of the intervals. */
function coveredMilliseconds(intervals: readonly Pick<TimedTask, "start" | "end">[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}
