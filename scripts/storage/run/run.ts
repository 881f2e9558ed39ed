import { existsSync, readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { ChainfleetError } from "../../../components/error";
import type { VmGroup } from "../../../components/storage/plan/cell";
import { keysOf, type Selection } from "../../../components/storage/plan/matrix";
import { runRecordSchema, type RunRecord as StorageRun } from "../../../components/storage/results/records";
import { RunFolder } from "../../../components/storage/run/run-folder";
import {
  fioSettings,
  REQUEST_VARIABLE,
  type RunRequest,
  selectedGroups,
} from "../../../stacks/config/storage/storage-run";
import type { StorageConfig } from "../../../stacks/config/storage/storage-schema";
import { EngineCommand, type EngineFailure } from "../../engine/command";
import { isSimulated, targetLine } from "../../engine/local-target";
import { withLock } from "../../engine/lock";
import { openStack } from "../../engine/stack";
import { readState } from "../../engine/state";
import { recover } from "../../recover/recover";
import { configuredGroups } from "../../run/configured";
import { withoutColours } from "../../run/events";
import { finishRun } from "../../run/finish-run";
import { eventsOfUnfinishedRun, RunRecord } from "../../run/record";
import { runsKept } from "../../run/records/retention";
import { runEngine } from "../../run/run-engine";
import { errorText } from "../../terminal/error-layout";
import { deleteRun } from "../clean";
import { writeReport } from "../report/report";
import { withRunLock } from "../run-lock";
import { dryRun, dryRunText } from "./dry-run";
import { interruption } from "./interruption";
import { type RunOptions, selectionOf, storageConfig } from "./options";
import { outcomeOf, outcomeText, type RunOutcome } from "./outcome";
import { storageProgress } from "./progress";

/**
 * Runs the tests of a stack's matrix: a new run, or the rest of a run that was stopped or killed.
 *
 * @returns the exit code of the process: 0 if every test has passed, 1 if not, 130 if the user has stopped the run.
 */
export async function runStorage(options: RunOptions): Promise<number> {
  const config = storageConfig(options.stack);
  const selection =
    options.resume === undefined
      ? selectionOf(config, options)
      : begunRun(new RunFolder(config.results, options.resume), options);
  const groups = selectedGroups(config, selection);
  if (options.dryRun) {
    const plan = dryRun(groups, fioSettings(config, selection));
    process.stdout.write(options.json ? `${JSON.stringify(plan)}\n` : `${dryRunText(plan)}\n`);
    return 0;
  }
  const run = options.resume ?? newRunId(config.results);
  const request = { run, selection, ...parallel(options) };
  const outcome = await withRunLock(new RunFolder(config.results, run), () =>
    test({ options, config, groups, request }),
  );
  process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : `${outcomeText(outcome)}\n`);
  return outcome.result === "succeeded" ? 0 : outcome.result === "cancelled" ? 130 : 1;
}

/** @example "perf-20260215-120000", or "perf-20260215-120000-2" for a second run in that second */
function newRunId(results: string): string {
  const [date = "", time = ""] = new Date().toISOString().split("T");
  const id = `perf-${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
  const ids = [id, ...Array.from({ length: 99 }, (_, index) => `${id}-${index + 2}`)];
  return ids.find((each) => !existsSync(new RunFolder(results, each).path)) ?? id;
}

/**
 * The selection of the run that is resumed.
 *
 * @throws ChainfleetError RUN_UNKNOWN or SELECTION_OF_RESUMED_RUN
 */
function begunRun(folder: RunFolder, options: RunOptions): Selection {
  if (!existsSync(folder.runFile)) {
    throw new ChainfleetError({
      code: "RUN_UNKNOWN",
      summary: `There is no run ${folder.run}: ${relative(process.cwd(), folder.runFile)} does not exist.`,
      next: "The ids of all runs are the names of the folders in the folder of the results.",
    });
  }
  const { quick, overview, rank, pool, filter, exclude } = options;
  if (quick || overview || rank || pool !== undefined || filter !== undefined || exclude !== undefined) {
    throw new ChainfleetError({
      code: "SELECTION_OF_RESUMED_RUN",
      summary: `The run ${folder.run} is resumed with its own selection, so that its results stay those of one matrix.`,
      next: "Leave out --quick, --overview, --rank, --pool, --filter and --exclude, or begin a new run without --resume.",
    });
  }
  const begun: StorageRun = runRecordSchema.parse(JSON.parse(readFileSync(folder.runFile, "utf8")));
  return begun.selection ?? { ...options, pools: [], filters: [], excludes: [] };
}

function parallel({ parallel: wanted }: RunOptions): Pick<RunRequest, "parallel"> {
  return wanted === undefined ? {} : { parallel: wanted === true ? "auto" : wanted };
}

interface Testing {
  readonly options: RunOptions;
  readonly config: StorageConfig;
  readonly groups: readonly VmGroup[];
  readonly request: RunRequest;
}

async function test({ options, config, groups, request }: Testing): Promise<RunOutcome> {
  const { run } = request;
  const folder = new RunFolder(config.results, run);
  const tests = keysOf(groups);
  const kept = runsKept();
  await folder.withdrawStop();
  process.env[REQUEST_VARIABLE] = JSON.stringify(request);
  const command = new EngineCommand();
  const stack = await openStack(options.stack, command);
  const progress = storageProgress(process.stderr, { tests, done: folder.doneKeys() });
  const startedAt = Date.now();
  const stopping = interruption(command, folder, progress);
  try {
    const say = (line: string) => progress.say(line);
    say(targetLine(options.stack));
    say(
      `run ${run}: ${tests.length} tests, ${tests.filter((key) => folder.doneKeys().has(key)).length} of them done`,
    );
    const before = await withLock(stack, say, () =>
      recover(stack, command, eventsOfUnfinishedRun(options.stack), say),
    );
    const record = RunRecord.begin(options.stack, "up");
    for (const pool of new Set(groups.map((group) => group.pool))) {
      // A summary of an earlier attempt would be taken for that of a pool that was stopped.
      rmSync(folder.poolSummary(pool), { force: true });
    }
    const failure = stopping.isRequested()
      ? undefined
      : await runEngine({
          mode: "up",
          stack,
          // A lane has one operation in progress, so that the number of lanes needs no limit here.
          parallel: ENGINE_PARALLELISM,
          record,
          progress,
          isCancelled: stopping.isRequested,
        });
    progress.end();
    // Also after a failure of the engine nothing stays in the cluster.
    await deleteRun(config, run, (line) => process.stderr.write(`${line}\n`));
    await folder.withdrawStop();
    const ended = {
      stack: options.stack,
      mode: "up",
      result: stopping.isRequested() ? "cancelled" : failure === undefined ? "succeeded" : "failed",
      startedAt,
      seconds: (Date.now() - startedAt) / 1000,
      events: record.events,
      regions: [],
      before: before.resources ?? [],
      resources: (await readState(stack, command)).resources ?? [],
      groups: { ...configuredGroups(options.stack), names: [...new Set(groups.map(({ pool }) => pool))] },
      runsKept: kept,
      simulated: isSimulated(),
    } as const;
    const summary = finishRun(record, ended, say);
    showFailure(failure, summary.errors);
    return outcomeOf({ folder, tests, summary, page: pageOf(folder) });
  } finally {
    progress.end();
    stopping.end();
  }
}

/** Writes the report. A run that ended before its record was written has none. */
function pageOf({ results, run, path, runFile }: RunFolder): string | undefined {
  if (!existsSync(runFile)) {
    return undefined;
  }
  const { files } = writeReport(run, relative(process.cwd(), results) || ".", relative(process.cwd(), path));
  return files.find((file) => file.endsWith(".html"));
}

const ENGINE_PARALLELISM = 128;

/** Shows why resources failed. A pool whose tests failed says so in its own error. */
function showFailure(failure: EngineFailure | undefined, errors: readonly string[]): void {
  for (const error of errors) {
    process.stderr.write(`${error}\n`);
  }
  if (failure !== undefined && errors.length === 0) {
    const { code, summary, next } = failure;
    process.stderr.write(`${errorText({ code, summary: withoutColours(summary), next }, process.stderr)}\n`);
  }
}
