import { createHash } from "node:crypto";
import type { FileHashes, Fingerprint, KeptResults, PartInputs, Task } from "./task";
import { inOrder } from "./task-graph";

/** A task with what is to be done. */
export interface PlannedTask {
  readonly task: Task;
  /** The parts whose inputs differ from those with which they last succeeded, or that never succeeded. */
  readonly affected: readonly string[];
  /** The fingerprint of every part, to be kept when the part has succeeded. */
  readonly fingerprints: ReadonlyMap<string, Fingerprint>;
}

/**
 * Decides what a run has to do: the affected parts of each task. Pure.
 *
 * @param files what the project's files contain now.
 * @param kept the results of earlier runs; an empty map plans everything.
 * @returns the tasks with each task behind its predecessors.
 * @throws ChainfleetError `PIPELINE_GRAPH_INVALID` if the tasks are no graph that can run.
 */
export function planRun(tasks: readonly Task[], files: FileHashes, kept: KeptResults): PlannedTask[] {
  const planned = inOrder(tasks).map((task): PlannedTask => {
    const fingerprints = new Map([...task.parts].map(([part, inputs]) => [part, fingerprint(inputs, files)]));
    const before = kept.get(task.name);
    const affected = [...fingerprints]
      .filter(([part, now]) => before?.get(part) !== now)
      .map(([part]) => part);
    return { task, affected, fingerprints };
  });
  return planned.map((one) =>
    one.task.lasts === "run" ? { ...one, affected: neededParts(one, planned) } : one,
  );
}

/** All parts of a task if a task directly after it is worked on, else none. */
function neededParts({ task }: PlannedTask, planned: readonly PlannedTask[]): string[] {
  const isNeeded = planned.some((other) => other.affected.length > 0 && other.task.after.includes(task.name));
  return isNeeded ? [...task.parts.keys()] : [];
}

/** A hash of all inputs of a part. The order of the files does not matter, and a missing file differs from an empty one. */
export function fingerprint({ files, values = [] }: PartInputs, hashes: FileHashes): Fingerprint {
  const content = [...new Set(files)].sort().map((path) => [path, hashes.get(path) ?? null]);
  return createHash("sha256")
    .update(JSON.stringify([content, values]))
    .digest("hex")
    .slice(0, 32);
}

/**
 * The results to keep after a run: parts that have succeeded with their new fingerprints, parts that were not worked on as they
 * were. A part that failed, and a part that no longer exists, has no result. Pure.
 *
 * @param succeeded the affected parts that have succeeded, by task.
 */
export function resultsToKeep(
  plan: readonly PlannedTask[],
  succeeded: ReadonlyMap<string, readonly string[]>,
): KeptResults {
  return new Map(
    plan.map(({ task, affected, fingerprints }) => {
      const done = succeeded.get(task.name) ?? [];
      const isValid = (part: string) =>
        task.lasts !== "run" && (!affected.includes(part) || done.includes(part));
      return [task.name, new Map([...fingerprints].filter(([part]) => isValid(part)))];
    }),
  );
}

/**
 * The results that are left if some files count as changed, whatever they contain. Pure.
 *
 * @param changed paths from the project's root.
 */
export function withoutResultsOf(
  tasks: readonly Task[],
  changed: readonly string[],
  kept: KeptResults,
): KeptResults {
  return new Map(
    tasks.map(({ name, parts }) => {
      const isAffected = (part: string) =>
        parts.get(part)?.files.some((file) => changed.includes(file)) ?? true;
      return [name, new Map([...(kept.get(name) ?? [])].filter(([part]) => !isAffected(part)))];
    }),
  );
}

/**
 * Of the parts that have succeeded, those whose inputs are at the end of the run what they were when it was planned. What was
 * edited in the meantime may have been read before or after the edit. Pure.
 *
 * @param succeeded the parts, by task.
 * @param files what the project's files contain at the end.
 */
export function withUnchangedInputs(
  plan: readonly PlannedTask[],
  succeeded: ReadonlyMap<string, readonly string[]>,
  files: FileHashes,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    plan.map(({ task, fingerprints }) => {
      const isUnchanged = (part: string) => {
        const inputs = task.parts.get(part);
        return inputs !== undefined && fingerprint(inputs, files) === fingerprints.get(part);
      };
      return [task.name, (succeeded.get(task.name) ?? []).filter(isUnchanged)];
    }),
  );
}
