import { ChainfleetError } from "../../components/error";

/** A task as far as the order of the work is concerned. */
export interface Ordered {
  readonly name: string;
  /** The names of the tasks that must have succeeded before. */
  readonly after: readonly string[];
}

/** How far a task has come. A task that is in no state has not started. */
export type TaskState =
  | "running"
  | "succeeded"
  /** There was nothing to do. */
  | "unchanged"
  | "failed"
  /** A task that had to succeed before did not. */
  | "skipped"
  /** The run was stopped while the task ran, or before. */
  | "stopped";

const DONE: readonly (TaskState | undefined)[] = ["succeeded", "unchanged"];
const NOT_DONE: readonly (TaskState | undefined)[] = ["failed", "skipped", "stopped"];

/** The tasks that have not started, and whose predecessors are all done. Pure. */
export function readyTasks<T extends Ordered>(
  tasks: readonly T[],
  states: ReadonlyMap<string, TaskState>,
): T[] {
  return tasks.filter(
    ({ name, after }) => !states.has(name) && after.every((before) => DONE.includes(states.get(before))),
  );
}

/** The tasks that have not started and never will, because a predecessor failed, was skipped or was stopped. Pure. */
export function blockedTasks<T extends Ordered>(
  tasks: readonly T[],
  states: ReadonlyMap<string, TaskState>,
): T[] {
  return tasks.filter(
    ({ name, after }) => !states.has(name) && after.some((before) => NOT_DONE.includes(states.get(before))),
  );
}

/**
 * The tasks with each task behind its predecessors; otherwise in the given order. Pure.
 *
 * @throws ChainfleetError `PIPELINE_GRAPH_INVALID` if two tasks have one name, a predecessor is unknown, or tasks wait for
 *   each other.
 */
export function inOrder<T extends Ordered>(tasks: readonly T[]): T[] {
  requireKnownNames(tasks);
  const ordered: T[] = [];
  const states = new Map<string, TaskState>();
  for (let ready = readyTasks(tasks, states); ready.length > 0; ready = readyTasks(tasks, states)) {
    for (const task of ready) {
      ordered.push(task);
      states.set(task.name, "succeeded");
    }
  }
  if (ordered.length < tasks.length) {
    const waiting = tasks.filter(({ name }) => !states.has(name)).map(({ name }) => name);
    throw invalid(`These tasks wait for each other: ${waiting.join(", ")}.`);
  }
  return ordered;
}

/** The pairs of tasks that may run at the same time: neither waits for the other, directly or through others. Pure. */
export function overlappingPairs(tasks: readonly Ordered[]): [string, string][] {
  const before = predecessors(tasks);
  return tasks.flatMap(({ name }, index) =>
    tasks
      .slice(index + 1)
      .filter(
        (other) => before.get(name)?.has(other.name) !== true && before.get(other.name)?.has(name) !== true,
      )
      .map((other): [string, string] => [name, other.name]),
  );
}

/**
 * The chain of tasks that decided the length of the run: no other chain of predecessors took longer in total. Pure.
 *
 * @param seconds what each task took, by name; a task that is missing took none.
 */
export function criticalPath(tasks: readonly Ordered[], seconds: ReadonlyMap<string, number>): string[] {
  const paths = new Map<string, { readonly names: readonly string[]; readonly seconds: number }>();
  for (const { name, after } of inOrder(tasks)) {
    const longest = after
      .flatMap((one) => paths.get(one) ?? [])
      .reduce((best, path) => (path.seconds > best.seconds ? path : best), {
        names: [] as readonly string[],
        seconds: 0,
      });
    paths.set(name, {
      names: [...longest.names, name],
      seconds: longest.seconds + (seconds.get(name) ?? 0),
    });
  }
  const all = [...paths.values()];
  const [first, ...others] = all;
  return first === undefined
    ? []
    : [...others.reduce((best, path) => (path.seconds > best.seconds ? path : best), first).names];
}

/** All tasks that a task waits for, directly or through others, by its name. */
function predecessors(tasks: readonly Ordered[]): Map<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const { name, after } of inOrder(tasks)) {
    found.set(name, new Set(after.flatMap((one) => [one, ...(found.get(one) ?? [])])));
  }
  return found;
}

function requireKnownNames(tasks: readonly Ordered[]): void {
  const names = tasks.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const unknown = tasks.flatMap(({ name, after }) =>
    after.filter((one) => !names.includes(one)).map((one) => `${name} waits for ${one}`),
  );
  if (repeated.length > 0) {
    throw invalid(`These names belong to more than one task: ${repeated.join(", ")}.`);
  }
  if (unknown.length > 0) {
    throw invalid(`These tasks wait for tasks that do not exist: ${unknown.join(", ")}.`);
  }
}

function invalid(summary: string): ChainfleetError {
  return new ChainfleetError({
    code: "PIPELINE_GRAPH_INVALID",
    summary: `The tasks of the pipeline are no graph that can run. ${summary}`,
    next: "Correct the tasks in pipeline/repository.",
  });
}
