import type { PlannedTask } from "../graph/plan";
import type { Stage } from "../graph/stage";
import { WHOLE_BUDGET_SECONDS } from "../graph/stage";
import { criticalPath } from "../graph/task-graph";
import { profile, type StageProfile } from "../run/profile";
import type { TaskOutcome, TaskResult } from "../run/run-tasks";

/** What a run of the pipeline did, as `--json` prints it. */
export interface PipelineReport {
  /** The name of the run's folder in .chainfleet/pipeline/runs. */
  readonly id: string;
  /** When the run began, in ISO 8601. */
  readonly startedAt: string;
  readonly result: "succeeded" | "failed" | "stopped";
  /** The time from the start to the end of the report. */
  readonly seconds: number;
  readonly budgetSeconds: number;
  readonly overBudget: boolean;
  readonly stages: readonly StageProfile[];
  readonly tasks: readonly TaskReport[];
  /** The names of the tasks that decided the length of the run. */
  readonly criticalPath: readonly string[];
}

/** What a task did. */
export interface TaskReport {
  readonly name: string;
  readonly stage: Stage;
  readonly result: TaskResult;
  /** Seconds from the start of the run. */
  readonly startSeconds: number;
  readonly seconds: number;
  /** The parts that were worked on, or were to be. */
  readonly affected: readonly string[];
  /** How many parts needed no work. */
  readonly unchanged: number;
  readonly failures: readonly TaskFailure[];
  /** Why this machine cannot do the work of a skipped task, and what to do. */
  readonly unavailable?: string;
}

/** Why a part failed. */
export interface TaskFailure {
  /** Empty for the task as a whole. */
  readonly part: string;
  readonly problem: string;
}

/** What the report is made from, beside the tasks. */
export interface RunTimes {
  readonly id: string;
  readonly startedAt: Date;
  /** Milliseconds on the clock of the run. */
  readonly start: number;
  /** When the last task had ended and reporting began. */
  readonly tasksEnd: number;
  readonly end: number;
  readonly stopped: boolean;
}

/** The report of a run. Reporting itself is the last stage. Pure. */
export function pipelineReport(
  plan: readonly PlannedTask[],
  outcomes: readonly TaskOutcome[],
  { id, startedAt, start, tasksEnd, end, stopped }: RunTimes,
): PipelineReport {
  const byName = new Map(plan.map((planned) => [planned.task.name, planned]));
  const ended = outcomes.flatMap((outcome) => {
    const planned = byName.get(outcome.name);
    return planned === undefined ? [] : [{ outcome, planned }];
  });
  const failed = outcomes.some(({ result }) => result === "failed");
  const seconds = (end - start) / 1000;
  const duration = new Map(outcomes.map((one) => [one.name, (one.end - one.start) / 1000]));
  return {
    id,
    startedAt: startedAt.toISOString(),
    result: stopped ? "stopped" : failed ? "failed" : "succeeded",
    seconds,
    budgetSeconds: WHOLE_BUDGET_SECONDS,
    overBudget: seconds > WHOLE_BUDGET_SECONDS,
    stages: profile([
      ...ended.map(({ outcome, planned }) => ({ ...outcome, stage: planned.task.stage })),
      { stage: "reporting", result: "succeeded", start: tasksEnd, end },
    ]),
    tasks: ended.map(({ outcome, planned }) => ({
      name: outcome.name,
      stage: planned.task.stage,
      result: outcome.result,
      startSeconds: (outcome.start - start) / 1000,
      seconds: duration.get(outcome.name) ?? 0,
      affected: planned.affected,
      unchanged: planned.fingerprints.size - planned.affected.length,
      failures: [...outcome.failures].map(([part, problem]) => ({ part, problem })),
      ...(outcome.unavailable === undefined ? {} : { unavailable: outcome.unavailable }),
    })),
    criticalPath: criticalPath(
      plan.map(({ task }) => task),
      duration,
    ).filter((name) => (duration.get(name) ?? 0) > 0),
  };
}
