import { relative } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { EngineCommand, EngineFailure } from "./engine/command";
import { requireLocalTarget } from "./engine/local-target";
import { RUN_AGENT, withLock } from "./engine/lock";
import { openStack } from "./engine/stack";
import { readState } from "./engine/state";
import { errorText } from "./error-layout";
import { recover } from "./recover/recover";
import { configuredChains, configuredRegions } from "./run/configured";
import { failedUrns, hasFailedCheck, withoutColours } from "./run/events";
import { type Progress, progressOn } from "./run/progress";
import { eventsOfUnfinishedRun, RunRecord } from "./run/record";
import { report } from "./run/report";
import { nameOf } from "./run/resource-names";
import { type Mode, type Summary, summarize } from "./run/summary";

/** The options of `chainfleet up` and `chainfleet down`. */
export interface OperationOptions {
  readonly stack: string;
  /** Whether to print the summary as JSON on standard output instead of the report. */
  readonly json: boolean;
  /** The largest number of resource operations that the engine runs at the same time. */
  readonly parallel: number;
}

/**
 * Runs an `up` or a `destroy`: recovers an interrupted earlier run, runs the engine, shows the progress, and records
 * and prints the result.
 *
 * @returns the exit code of the process: 0 if everything succeeded, 1 if anything failed, 130 if the user cancelled the
 *   run.
 */
export async function operate(mode: Mode, options: OperationOptions): Promise<number> {
  await requireLocalTarget();
  const command = new EngineCommand();
  const regions = configuredRegions(options.stack);
  const stack = await openStack(options.stack, command);
  const progress = progressOn(process.stderr, [
    ...regions.map(({ name }) => name),
    ...configuredChains(options.stack),
  ]);
  const interruption = onInterrupt(command, progress);
  const startedAt = Date.now();
  try {
    const say = eachOnce((line) => progress.say(line));
    const before = await withLock(stack, say, () =>
      recover(stack, command, eventsOfUnfinishedRun(options.stack), say),
    );
    // The record begins only now: if the recovery is interrupted, the next recovery needs the record of the last run.
    const record = RunRecord.begin(options.stack, mode);
    const failure = await runEngine({
      mode,
      stack,
      parallel: options.parallel,
      record,
      progress,
      isCancelled: interruption.isRequested,
    });
    const after = mode === "up" ? await readState(stack, command) : before;
    progress.end();
    const summary = summarize({
      stack: options.stack,
      mode,
      result: failure === undefined ? "succeeded" : interruption.isRequested() ? "cancelled" : "failed",
      seconds: (Date.now() - startedAt) / 1000,
      events: record.events,
      regions,
      resources: after.resources ?? [],
    });
    record.end(summary);
    show(summary, record, options, failure);
    return summary.result === "succeeded" ? 0 : summary.result === "cancelled" ? 130 : 1;
  } finally {
    progress.end();
    interruption.stop();
  }
}

/** Drops repeated lines: an operation that found the stack locked starts again and says its first lines again. */
function eachOnce(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (!said.has(line)) {
      said.add(line);
      say(line);
    }
  };
}

/** The arguments of `runEngine`. */
interface EngineRun {
  readonly mode: Mode;
  readonly stack: Stack;
  readonly parallel: number;
  readonly record: RunRecord;
  readonly progress: Progress;
  readonly isCancelled: () => boolean;
}

/**
 * Runs the engine until no further resource can be finished. If a resource fails, the resources that use its outputs
 * fail the check of their plugin, and a failed check stops the engine even with `--continue-on-error`. In that case the
 * engine runs again without the failed resources and their dependents, so that all other resources are finished.
 *
 * @returns the first failure of the engine, or undefined if the engine succeeded.
 */
async function runEngine({
  mode,
  stack,
  parallel,
  record,
  progress,
  isCancelled,
}: EngineRun): Promise<EngineFailure | undefined> {
  let firstFailure: EngineFailure | undefined;
  let excluded: string[] = [];
  for (;;) {
    const engineOptions = {
      parallel,
      continueOnError: true,
      userAgent: RUN_AGENT,
      onEvent: (event: Parameters<RunRecord["add"]>[0]) => progress.event(record.add(event)),
      ...(excluded.length === 0 ? {} : { exclude: excluded, excludeDependents: true }),
    };
    const failure = await attempt(() =>
      withLock(
        stack,
        (line) => progress.say(line),
        () => (mode === "up" ? stack.up(engineOptions) : stack.destroy(engineOptions)),
      ),
    );
    firstFailure ??= failure;
    const failed = failedUrns(record.events);
    if (
      failure === undefined ||
      mode === "destroy" ||
      isCancelled() ||
      failed.length === excluded.length ||
      !hasFailedCheck(record.events)
    ) {
      return firstFailure;
    }
    excluded = failed;
    progress.say(
      `${failed.map(nameOf).join(", ")} failed. Continuing with the resources that do not depend on the failed resources.`,
    );
  }
}

async function attempt(work: () => Promise<unknown>): Promise<EngineFailure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof EngineFailure) {
      return error;
    }
    throw error;
  }
}

function show(
  summary: Summary,
  record: RunRecord,
  { json }: OperationOptions,
  failure: EngineFailure | undefined,
): void {
  const directory = relative(process.cwd(), record.directory);
  if (
    failure !== undefined &&
    summary.errors.length === 0 &&
    summary.regions.every(({ error }) => error === undefined)
  ) {
    const { code, summary: reason, next } = failure;
    process.stderr.write(`${errorText({ code, summary: withoutColours(reason), next }, process.stderr)}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${report(summary, directory)}\n`);
}

/**
 * Handles Ctrl+C: after the first, the engine finishes the operations in progress; after the second, everything ends at
 * once.
 */
function onInterrupt(command: EngineCommand, progress: Progress): { isRequested(): boolean; stop(): void } {
  let times = 0;
  const interrupt = () => {
    times += 1;
    if (times === 1) {
      progress.say(
        "Stopping. The clouds finish the operations in progress, and the next run takes over their results. Press Ctrl+C again to stop at once.",
      );
      command.interrupt();
    } else {
      progress.say(
        "Stopped. The operations in progress continue in the clouds, and the next run takes over their results.",
      );
      command.kill();
    }
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    isRequested: () => times > 0,
    stop: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}
