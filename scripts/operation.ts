import { relative } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { EngineCommand, EngineFailure } from "./engine/command";
import { requireLocalTarget } from "./engine/local-target";
import { openStack, withLock } from "./engine/stack";
import { readState } from "./engine/state";
import { errorText } from "./error-layout";
import { recover } from "./recover/recover";
import { configuredChains, configuredRegions } from "./run/configured";
import { failedUrns, plain, wasStopped } from "./run/events";
import { type Progress, progressOn } from "./run/progress";
import { eventsOfUnfinishedRun, RunRecord } from "./run/record";
import { report } from "./run/report";
import { nameOf } from "./run/resource-names";
import { type Mode, type Summary, summarize } from "./run/summary";

/** How a command is run. */
export interface OperationOptions {
  readonly stack: string;
  /** Print the summary as JSON on standard output, in place of the table. */
  readonly json: boolean;
  /** How many operations the engine may have under way. */
  readonly parallel: number;
}

/**
 * Runs an `up` or a `destroy` from beginning to end: takes over what an interrupted run left, runs the engine,
 * shows and records what happens, sums it up.
 *
 * @returns the process' exit code: 0 if everything succeeded, 1 if anything failed, 130 if it was cancelled.
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
  const begun = Date.now();
  try {
    const say = eachOnce((line) => progress.say(line));
    const before = await withLock(stack, say, () =>
      recover(stack, command, eventsOfUnfinishedRun(options.stack), say),
    );
    // Not before: until here the last run's record is what a further recovery would need.
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
      seconds: (Date.now() - begun) / 1000,
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

/** What a lock stopped begins anew once it is gone: what it has said already is not said again. */
function eachOnce(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (!said.has(line)) {
      said.add(line);
      say(line);
    }
  };
}

/** What a run of the engine needs. */
interface EngineRun {
  readonly mode: Mode;
  readonly stack: Stack;
  readonly parallel: number;
  readonly record: RunRecord;
  readonly progress: Progress;
  readonly isCancelled: () => boolean;
}

/**
 * Runs the engine until nothing more can be done. If a resource fails, the resources that are made from its outputs
 * fail the plugin's check, and a failed check stops the engine even with `--continue-on-error`. In that case the
 * engine runs again without the failed resources and their dependents, so that all other resources are finished.
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
      !wasStopped(record.events)
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
    process.stderr.write(`${errorText({ code, summary: plain(reason), next }, process.stderr)}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${report(summary, directory)}\n`);
}

/** First Ctrl+C: the engine finishes what is under way. Second: everything ends at once. */
function onInterrupt(command: EngineCommand, progress: Progress): { isRequested(): boolean; stop(): void } {
  let times = 0;
  const interrupt = () => {
    times += 1;
    if (times === 1) {
      progress.say(
        "Stopping. What a cloud is making it finishes, and the next run takes it over. Once more Ctrl+C stops at once.",
      );
      command.interrupt();
    } else {
      progress.say("Stopped. What was under way goes on in the clouds; the next run takes it over.");
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
