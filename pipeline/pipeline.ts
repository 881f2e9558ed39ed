import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../components/error";
import {
  type PlannedTask,
  planRun,
  resultsToKeep,
  withoutResultsOf,
  withUnchangedInputs,
} from "./graph/plan";
import type { FileHashes, KeptResults } from "./graph/task";
import { addToHistory, pastRun } from "./report/history";
import { type PipelineReport, pipelineReport } from "./report/report";
import { type RepositoryTask, repositoryTasks } from "./repository/tasks";
import { fileHashes } from "./run/file-hashes";
import { readKeptResults, writeKeptResults } from "./run/kept-results";
import { runTasks, type TaskEvent } from "./run/run-tasks";

/** The folder of the pipeline's own files, relative to the project's root. */
const FOLDER = ".chainfleet/pipeline";

/** The records of older runs are deleted. */
const KEPT_RUNS = 20;

/** What the compilers keep; without it, a run is as slow as in a fresh clone with its packages. */
const COMPILER_CACHES: readonly string[] = [
  "node_modules/.cache/chainfleet/types.tsbuildinfo",
  "contracts/cache",
  "contracts/out",
  ".chainfleet/contracts",
];

/** How much earlier runs may spare. */
export type Reuse =
  /** Parts whose inputs are unchanged do no work. */
  | { readonly kind: "results"; readonly changed: readonly string[] }
  /** Everything is done, with the caches of the compilers. */
  | { readonly kind: "caches" }
  /** Everything is done, and the caches of the compilers are deleted before. */
  | { readonly kind: "nothing" };

/** A plan of the pipeline for a tree as it is now. */
export interface PipelinePlan {
  readonly root: string;
  readonly startedAt: Date;
  /** When planning began, on the clock of the run: planning is part of the run's time. */
  readonly start: number;
  readonly planned: readonly PlannedTask[];
  readonly tasks: readonly RepositoryTask[];
}

/**
 * Looks at the tree and decides what is to be done. Nothing is written, except that `nothing` to reuse deletes caches.
 *
 * @param root the project's root folder.
 * @throws ChainfleetError if git cannot list the files, or a file that counts as changed does not exist.
 */
export function planPipeline(root: string, reuse: Reuse): PipelinePlan {
  const startedAt = new Date();
  const start = performance.now();
  if (reuse.kind === "nothing") {
    for (const path of COMPILER_CACHES) {
      rmSync(join(root, path), { recursive: true, force: true });
    }
  }
  const files = fileHashes(root);
  const tasks = repositoryTasks({ root, generated: `${FOLDER}/generated` }, files);
  if (reuse.kind === "results") {
    requireKnownFiles(reuse.changed, files, tasks);
  }
  return { root, startedAt, start, tasks, planned: planRun(tasks, files, keptFor(root, tasks, reuse)) };
}

/** A file that was deleted may still be an input. */
function requireKnownFiles(
  changed: readonly string[],
  files: FileHashes,
  tasks: readonly RepositoryTask[],
): void {
  const inputs = new Set(
    tasks.flatMap(({ parts }) => [...parts.values()].flatMap((part) => [...part.files])),
  );
  const unknown = changed.filter((file) => !files.has(file) && !inputs.has(file));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "CHANGED_FILE_UNKNOWN",
      summary: `These files are not in the repository: ${unknown.join(", ")}. Nothing was done.`,
      next: "Name files that git tracks or does not ignore.",
    });
  }
}

function keptFor(root: string, tasks: readonly RepositoryTask[], reuse: Reuse): KeptResults {
  return reuse.kind === "results"
    ? withoutResultsOf(tasks, reuse.changed, readKeptResults(keptFile(root)))
    : new Map();
}

/** What a run needs beside its plan. */
export interface PipelineRun {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TaskEvent) => void;
  /** Writes further reports. Its time is part of the stage `reporting`. */
  readonly report: (report: PipelineReport) => Promise<void>;
}

/**
 * Runs a plan, keeps the results of what has succeeded, and writes the report to the folder of the run. A run that is stopped
 * keeps the results of what had succeeded before.
 */
export async function runPipeline(
  { root, startedAt, start, planned, tasks }: PipelinePlan,
  { signal, onEvent, report }: PipelineRun,
): Promise<PipelineReport> {
  const id = startedAt.toISOString().replace(/[-:.]/g, "").replace("Z", "");
  const folder = runFolder(root, id);
  mkdirSync(folder, { recursive: true });

  const outcomes = await runTasks({
    plan: planned,
    jobs: new Map(tasks.map(({ name, job }) => [name, job])),
    contextOf: (name) => ({ signal, log: join(folder, `${name}.log`) }),
    signal,
    onEvent,
    now: () => performance.now(),
  });
  await Promise.all(tasks.map(({ end }) => end?.()));
  const tasksEnd = performance.now();
  const succeeded = new Map(outcomes.map((outcome) => [outcome.name, outcome.succeeded]));
  if (outcomes.some(({ parts }) => parts.length > 0)) {
    const trusted = withUnchangedInputs(planned, succeeded, fileHashes(root));
    writeKeptResults(keptFile(root), resultsToKeep(planned, trusted));
  }
  deleteOldRuns(root);
  const reportAt = (end: number) =>
    pipelineReport(planned, outcomes, { id, startedAt, start, tasksEnd, end, stopped: signal.aborted });
  const atTasksEnd = reportAt(performance.now());
  addToHistory(historyFile(root), pastRun(atTasksEnd));
  await report(atTasksEnd);
  const whole = reportAt(performance.now());
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** The history of the clone's runs, for the metrics. */
export function historyFile(root: string): string {
  return join(root, FOLDER, "history.jsonl");
}

/** The folder with the report and the logs of a run. */
export function runFolder(root: string, id: string): string {
  return join(root, FOLDER, "runs", id);
}

function keptFile(root: string): string {
  return join(root, FOLDER, "results.json");
}

/** The ids of runs sort by time. */
function deleteOldRuns(root: string): void {
  const runs = readdirSync(join(root, FOLDER, "runs")).toSorted();
  for (const id of runs.slice(0, -KEPT_RUNS)) {
    rmSync(runFolder(root, id), { recursive: true, force: true });
  }
}
