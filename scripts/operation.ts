import { relative } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import pDefer from "p-defer";
import { ChainfleetError } from "../components/error";
import { RUN_DIRECTORY } from "../components/governor/waits";
import { isSharded, shardNameOf } from "../stacks/config/written/shard-name";
import { type Mode as DeploymentMode, MODE_VARIABLE, requireModeOfShards } from "../stacks/order/mode";
import { EngineCommand, EngineFailure } from "./engine/command";
import { isSimulated, targetLine } from "./engine/local-target";
import type { PolicyPacks } from "./engine/policy-packs";
import { INTERRUPTED, printError } from "./interruption";
import { terminateUnfinished } from "./rolling/unfinished-instances";
import { configuredGroups, configuredParts, configuredRegions, releasesToGroups } from "./run/configured";
import { nextRun } from "./run/durations/next-run";
import { type TimedEvent, withoutColours } from "./run/events";
import { finishRun } from "./run/finish-run";
import type { Mode } from "./run/mode";
import { type Progress, progressOn, type RunProgress } from "./run/progress";
import { eventsOfUnfinishedRun, RunRecord } from "./run/record";
import { runsKept } from "./run/records/retention";
import { report } from "./run/report";
import { nextSteps, situationAfter } from "./run/result/next-steps";
import { removedRegions } from "./run/result/removed-regions";
import type { Exclusion } from "./run/run-engine";
import type { Summary } from "./run/summary";
import { stoppedLines } from "./services/stopped";
import { requireMoved } from "./shard/moved";
import { addEnvironment, openNetworkStacks } from "./shard/network-stacks";
import { joinedResources } from "./shard/plan";
import { recoverStack, recoverStacks } from "./shard/recover-stacks";
import { runStacks } from "./shard/run-stacks";
import { errorText } from "./terminal/error-layout";

/** The options of `chainfleet up` and `chainfleet down`. */
export interface OperationOptions {
  readonly stack: string;
  /** Whether to print the summary as JSON on standard output instead of the report. */
  readonly json: boolean;
  /** The largest number of resource operations that the engine runs at the same time. */
  readonly parallel: number;
  /** The regions whose own stacks an `up` runs, with `sharding: region`. @default all */
  readonly regions?: readonly string[];
  /** What the engine leaves as it is. @default resources that failed, with their dependents */
  readonly exclusion?: Exclusion;
  /** Patterns of the URNs of excluded resources that use what the others create. @default none */
  readonly users?: readonly string[];
  /** The order of an `up`. A `down` takes its order from the state: the reverse of the last `up`. */
  readonly mode?: DeploymentMode;
  /** Policy packs that an `up` runs. @default none */
  readonly policyPack?: readonly string[];
  readonly policyPackConfig?: readonly string[];
}

/**
 * Runs an `up` or a `destroy`: recovers an interrupted earlier run, runs the engine, shows the progress, and records
 * and prints the result.
 *
 * @param command may have started to read the state of the stack.
 * @returns the exit code of the process: 0 if everything succeeded, 1 if anything failed, 130 if the user cancelled the
 *   run.
 */
export async function operate(
  mode: Mode,
  options: OperationOptions,
  command = new EngineCommand(),
): Promise<number> {
  const kept = runsKept();
  const configured = configuredRegions(options.stack);
  const groups = configuredGroups(options.stack);
  command.prepareInProgram(...configuredParts(options.stack));
  if (options.mode !== undefined && (isSharded(options.stack) || shardNameOf(options.stack) !== undefined)) {
    requireModeOfShards(options.mode);
  }
  const stacks = await openNetworkStacks(
    options.stack,
    configured.map(({ name }) => name),
    { command, environment: options.mode === undefined ? {} : { [MODE_VARIABLE]: options.mode } },
  );
  const progress = progressOn(process.stderr, groups.names);
  const interruption = onInterrupt(command, progress);
  const startedAt = Date.now();
  progress.say(targetLine(options.stack));
  try {
    const say = eachOnce((line) => progress.say(line));
    const recoverFrom = (stack: Stack, events: readonly TimedEvent[]) =>
      recoverStack({ stack, command, events, say });
    const before = await recoverStacks(stacks, eventsOfUnfinishedRun(options.stack), recoverFrom);
    requireMoved(options.stack, before.network);
    const resourcesBefore = joinedResources(before);
    if (resourcesBefore.length === 0 && configured.some(({ cloud }) => cloud === "kubernetes")) {
      // The first run asks existing clusters whether they have keys of the network.
      command.prepareInProgram("clusterClient");
    }
    const next = nextRun({ stack: options.stack, mode, before: resourcesBefore, groups });
    const removed = removedRegions(
      resourcesBefore,
      configured.map(({ name }) => name),
    );
    const regions = [...configured, ...removed];
    progress.compare({
      resources: resourcesBefore.length,
      removed: removed.map(({ name }) => name),
    });
    progress.expect(next);
    // The record begins only now: if the recovery is interrupted, the next recovery needs the record of the last run.
    const record = RunRecord.begin(options.stack, mode);
    addEnvironment(stacks, { [RUN_DIRECTORY]: record.directory });
    const resourcesBegin = pDefer<void>();
    const stopped = resourcesBegin.promise.then(() =>
      mode === "up" && resourcesBefore.length > 0 ? stoppedLines(options.stack, command) : [],
    );
    const { failure, events, after } = await runStacks({
      mode,
      stacks,
      command,
      before,
      validators: configured.reduce((sum, { validators }) => sum + validators, 0),
      placeOf: groups.placeOfGroup,
      selected: options.regions ?? configured.map(({ name }) => name),
      parallel: options.parallel,
      exclusion: options.exclusion,
      users: options.users,
      packs: packsOf(options),
      record,
      progress: untilFirstResource(progress, resourcesBegin.resolve),
      recover: recoverFrom,
      isCancelled: interruption.isRequested,
    });
    resourcesBegin.resolve();
    if (failure !== undefined && mode === "up" && releasesToGroups(options.stack)) {
      command.resume();
      await terminateUnfinished(stacks.network, command, say);
    }
    for (const line of await stopped) {
      progress.say(line);
    }
    progress.end();
    const run = {
      stack: options.stack,
      mode,
      result: failure === undefined ? "succeeded" : interruption.isRequested() ? "cancelled" : "failed",
      startedAt,
      seconds: (Date.now() - startedAt) / 1000,
      events,
      regions,
      before: resourcesBefore,
      resources: mode === "up" ? joinedResources(after) : resourcesBefore,
      predictedSeconds: next?.prediction.seconds,
      groups,
      runsKept: kept,
      simulated: isSimulated(),
    } as const;
    const summary = finishRun(record, run, say);
    show(summary, record, options, failure);
    if (!options.json) {
      process.stdout.write(
        nextSteps(situationAfter(summary, run.resources))
          .map((line) => `${line}\n`)
          .join(""),
      );
    }
    return summary.result === "succeeded" ? 0 : summary.result === "cancelled" ? INTERRUPTED : 1;
  } catch (error) {
    if (!(error instanceof EngineFailure && interruption.isRequested())) {
      throw error;
    }
    // A Ctrl+C while the run looked up what an earlier run had left: there is no record and no summary yet.
    progress.end();
    printError(options, interrupted(options.stack, error));
    return INTERRUPTED;
  } finally {
    progress.end();
    interruption.stop();
  }
}

function interrupted(stack: string, cause: EngineFailure): ChainfleetError {
  return new ChainfleetError({
    code: "RUN_INTERRUPTED",
    summary: `The run on the stack "${stack}" was interrupted before it changed a resource.`,
    next: "Run the command again. It continues with what earlier runs have left.",
    cause,
  });
}

function packsOf({ policyPack = [], policyPackConfig = [] }: OperationOptions): PolicyPacks {
  return { policyPack, policyPackConfig };
}

/** A display that also says when the engine begins with its first resource. Until then the engine and the program need the cores. */
function untilFirstResource(progress: Progress, begin: () => void): Progress {
  return {
    say: (line) => progress.say(line),
    event: (event) => {
      progress.event(event);
      if (event.event.resourcePreEvent?.metadata.new?.custom === true) {
        begin();
      }
    },
    end: () => progress.end(),
  };
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

function show(
  summary: Summary,
  record: RunRecord,
  { json }: OperationOptions,
  failure: EngineFailure | undefined,
): void {
  const directory = relative(process.cwd(), record.directory);
  if (
    failure !== undefined &&
    summary.result !== "cancelled" &&
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
function onInterrupt(
  command: EngineCommand,
  progress: RunProgress,
): { isRequested(): boolean; stop(): void } {
  let times = 0;
  const interrupt = () => {
    times += 1;
    progress.interrupt();
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
