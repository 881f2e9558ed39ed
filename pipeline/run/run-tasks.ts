import type { PlannedTask } from "../graph/plan";
import { blockedTasks, type Ordered, readyTasks, type TaskState } from "../graph/task-graph";
import { type Job, type JobContext, JobUnavailable } from "./job";

/** The state in which a task has ended. */
export type TaskResult = Exclude<TaskState, "running">;

/** How a task ended. */
export interface TaskOutcome {
  readonly name: string;
  readonly result: TaskResult;
  /** The affected parts. */
  readonly parts: readonly string[];
  /** The affected parts that have succeeded. */
  readonly succeeded: readonly string[];
  /** Why parts failed, by part; the empty name stands for the task as a whole. */
  readonly failures: ReadonlyMap<string, string>;
  /** Why this machine cannot do the work of a skipped task; absent for a task that another one keeps from running. */
  readonly unavailable?: string;
  /** Milliseconds on the clock of the run; both are equal for a task that never ran. */
  readonly start: number;
  readonly end: number;
}

/** What happens in a run, for a display. */
export type TaskEvent =
  | { readonly kind: "started"; readonly name: string; readonly parts: number; readonly at: number }
  | { readonly kind: "ended"; readonly outcome: TaskOutcome };

/** What a run of tasks needs. */
export interface TaskRun {
  readonly plan: readonly PlannedTask[];
  /** The work of each task, by its name. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** The context of a task's job. */
  readonly contextOf: (name: string) => JobContext;
  readonly signal: AbortSignal;
  readonly onEvent: (event: TaskEvent) => void;
  /** The clock: milliseconds that only grow. */
  readonly now: () => number;
}

/**
 * Runs the tasks of a plan. A task starts as soon as all its predecessors are done; a task without affected parts does no work.
 * A failure skips what depends on it, and nothing else. When the signal is aborted, nothing more is started, and the run ends
 * when the running jobs have ended.
 *
 * @returns the outcome of every task, in the order of the plan. Failures of jobs are outcomes, never exceptions.
 */
export async function runTasks({
  plan,
  jobs,
  contextOf,
  signal,
  onEvent,
  now,
}: TaskRun): Promise<TaskOutcome[]> {
  const tasks = plan.map((planned): Ordered & PlannedTask => ({
    ...planned,
    name: planned.task.name,
    after: planned.task.after,
  }));
  const states = new Map<string, TaskState>();
  const outcomes = new Map<string, TaskOutcome>();
  const running = new Map<string, Promise<void>>();

  const finish = (outcome: TaskOutcome) => {
    states.set(outcome.name, outcome.result);
    outcomes.set(outcome.name, outcome);
    onEvent({ kind: "ended", outcome });
  };
  const finishWithoutWork = ({ name, affected }: (typeof tasks)[number], result: TaskResult) => {
    const at = now();
    finish({ name, result, parts: affected, succeeded: [], failures: new Map(), start: at, end: at });
  };
  const start = ({ name, affected }: (typeof tasks)[number]) => {
    const startedAt = now();
    states.set(name, "running");
    onEvent({ kind: "started", name, parts: affected.length, at: startedAt });
    const work = outcomeOf(jobs.get(name), affected, contextOf(name)).then((ended) => {
      running.delete(name);
      const result = ended.result === "failed" && signal.aborted ? "stopped" : ended.result;
      finish({ ...ended, result, name, parts: affected, start: startedAt, end: now() });
    });
    running.set(name, work);
  };

  for (;;) {
    for (const task of signal.aborted ? tasks.filter(({ name }) => !states.has(name)) : []) {
      finishWithoutWork(task, "stopped");
    }
    const blocked = blockedTasks(tasks, states);
    const ready = readyTasks(tasks, states);
    for (const task of blocked) {
      finishWithoutWork(task, "skipped");
    }
    for (const task of ready) {
      if (task.affected.length === 0) {
        finishWithoutWork(task, "unchanged");
      } else {
        start(task);
      }
    }
    if (running.size > 0 && blocked.length === 0 && ready.every(({ affected }) => affected.length > 0)) {
      await Promise.race(running.values());
    } else if (running.size === 0 && blocked.length === 0 && ready.length === 0) {
      break;
    }
  }
  return tasks.flatMap(({ name }) => outcomes.get(name) ?? []);
}

async function outcomeOf(
  job: Job | undefined,
  parts: readonly string[],
  context: JobContext,
): Promise<Pick<TaskOutcome, "result" | "succeeded" | "failures" | "unavailable">> {
  try {
    if (job === undefined) {
      throw new Error("The task has no job.");
    }
    // Also a job that is no asynchronous function must not break the loop.
    const failed = await Promise.resolve().then(() => job(parts, context));
    const failures = failed?.failed ?? new Map<string, string>();
    return {
      result: failures.size === 0 ? "succeeded" : "failed",
      succeeded: parts.filter((part) => !failures.has(part)),
      failures,
    };
  } catch (error) {
    if (error instanceof JobUnavailable) {
      return { result: "skipped", succeeded: [], failures: new Map(), unavailable: error.message };
    }
    return {
      result: "failed",
      succeeded: [],
      failures: new Map([["", error instanceof Error ? error.message : String(error)]]),
    };
  }
}
