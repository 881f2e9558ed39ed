import type { Stack, UpOptions } from "@pulumi/pulumi/automation";
import { EngineFailure } from "../engine/command";
import { RUN_AGENT, withLock } from "../engine/lock";
import { type PolicyPacks, packOptions } from "../engine/policy-packs";
import { failedUrns, hasFailedCheck, type TimedEvent } from "./events";
import type { Mode } from "./mode";
import type { Progress } from "./progress";
import type { RunRecord } from "./record";
import { nameOf } from "./resource-names";

/** What the engine leaves as it is in its next run, given the URNs of the resources that failed in its runs before. */
export type Exclusion = (failed: readonly string[]) => Pick<UpOptions, "exclude" | "excludeDependents">;

const FAILED_WITH_DEPENDENTS: Exclusion = (failed) =>
  failed.length === 0 ? {} : { exclude: [...failed], excludeDependents: true };

/** The arguments of `runEngine`. */
export interface EngineRun {
  readonly mode: Mode;
  readonly stack: Stack;
  readonly parallel: number;
  /** @default resources that failed, with their dependents */
  readonly exclusion?: Exclusion | undefined;
  /**
   * Patterns of the URNs of excluded resources that use what an `up` creates. Once the `up` has succeeded and has created
   * something, the engine brings them up to date. @default none
   */
  readonly users?: readonly string[] | undefined;
  /** Policy packs that an `up` runs. @default none */
  readonly packs?: PolicyPacks | undefined;
  readonly record: Pick<RunRecord, "events" | "add">;
  readonly progress: Progress;
  readonly isCancelled: () => boolean;
  /** Called when the engine begins anew after another run has changed the stack: what was read of its state before is old. */
  readonly onOtherRunEnded?: () => void;
}

/**
 * Runs the engine until no further resource can be finished. If a resource fails, the resources that use its outputs
 * fail the check of their plugin, and a failed check stops the engine even with `--continue-on-error`. In that case the
 * engine runs again without the failed resources and their dependents, so that all other resources are finished.
 *
 * @returns the first failure of the engine, or undefined if the engine succeeded.
 */
export async function runEngine({
  mode,
  stack,
  parallel,
  exclusion = FAILED_WITH_DEPENDENTS,
  users = [],
  packs,
  record,
  progress,
  isCancelled,
  onOtherRunEnded,
}: EngineRun): Promise<EngineFailure | undefined> {
  const attemptWithLock = (start: () => Promise<unknown>) =>
    attempt(() => withLock(stack, (line) => progress.say(line), start));
  const packed = packs === undefined ? {} : packOptions(packs);
  let firstFailure: EngineFailure | undefined;
  let excluded: string[] = [];
  for (;;) {
    const commonOptions = {
      parallel,
      continueOnError: true,
      userAgent: RUN_AGENT,
      onEvent: (event: Parameters<RunRecord["add"]>[0]) => progress.event(record.add(event)),
    };
    const engineOptions = { ...commonOptions, ...exclusion(excluded) };
    let starts = 0;
    const start = () => {
      starts += 1;
      if (starts > 1) {
        onOtherRunEnded?.();
      }
      return mode === "up" ? stack.up({ ...engineOptions, ...packed }) : stack.destroy(engineOptions);
    };
    const failure = await attemptWithLock(start);
    firstFailure ??= failure;
    if (firstFailure === undefined && users.length > 0 && hasCreated(record.events) && !isCancelled()) {
      return attemptWithLock(() => stack.up({ ...commonOptions, ...packed, target: [...users] }));
    }
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

function hasCreated(events: readonly TimedEvent[]): boolean {
  return events.some(({ event }) => event.resOutputsEvent?.metadata.op === "create");
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
