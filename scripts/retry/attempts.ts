import { setTimeout as delay } from "node:timers/promises";
import type { EngineFailure } from "../engine/command";
import type { TimedEvent } from "../run/events";
import { nameOf } from "../run/resource-names";
import type { EngineRun } from "../run/run-engine";
import { repeatedDeletions } from "./failed-deletions";
import { lostCreations, withoutOvercome } from "./lost-creations";

/** The result of a run that may have needed several runs of the engine. */
export interface SettledRun {
  /** The failure of the engine that remained; undefined if the engine succeeded in the end. */
  readonly failure: EngineFailure | undefined;
  /** The events, without the failures that a later run of the engine has overcome. */
  readonly events: readonly TimedEvent[];
}

/** The arguments of {@link runUntilSettled}. */
export interface Attempts {
  readonly run: EngineRun;
  /** Runs the engine once over everything, as `runEngine` does. */
  readonly engine: (run: EngineRun) => Promise<EngineFailure | undefined>;
  /** Takes over the resources that exist although the events say that their creation failed. */
  readonly recover: (events: readonly TimedEvent[]) => Promise<unknown>;
}

/**
 * Runs the engine. If answers of the clouds to creations were lost, it looks up what the clouds made of the requests, takes
 * over what exists, and runs the engine again. A resource is therefore neither lost nor made twice. If deletions failed for a
 * passing reason, it waits and runs the engine again.
 */
export async function runUntilSettled({ run, engine, recover }: Attempts): Promise<SettledRun> {
  const attempts: TimedEvent[][] = [];
  for (;;) {
    const events: TimedEvent[] = [];
    attempts.push(events);
    const failure = await engine({ ...run, record: recording(run.record, events) });
    const settled = { failure, events: withoutOvercome(attempts) };
    if (failure === undefined || run.isCancelled()) {
      return settled;
    }
    const isRepeated = await (run.mode === "up"
      ? takeOver(events, attempts.length)
      : waitForDeletions(attempts));
    if (!isRepeated) {
      return settled;
    }
  }

  async function takeOver(events: readonly TimedEvent[], count: number): Promise<boolean> {
    const lost = lostCreations(events);
    if (lost.length === 0 || count === MOST_ATTEMPTS) {
      return false;
    }
    run.progress.say(`The clouds did not answer whether they created ${lost.map(nameOf).join(", ")}.`);
    await recover(events);
    return true;
  }

  async function waitForDeletions(attempts: readonly (readonly TimedEvent[])[]): Promise<boolean> {
    const repeated = repeatedDeletions(attempts);
    if (repeated === undefined) {
      return false;
    }
    const names = repeated.urns.map(nameOf).join(", ");
    run.progress.say(`The deletion of ${names} failed for a passing reason and is repeated.`);
    await delay(repeated.waitSeconds * 1000);
    return !run.isCancelled();
  }
}

/** With one lost answer in ten, a creation whose every repetition needs a run of the engine fails once in 100,000 times. */
const MOST_ATTEMPTS = 5;

/** A record that has the events of one run of the engine, and passes them on to the record of the whole run. */
function recording(record: EngineRun["record"], events: TimedEvent[]): EngineRun["record"] {
  return {
    events,
    add: (event) => {
      const before = record.events.length;
      const timed = record.add(event);
      // The record leaves some events out, and parts of the others.
      events.push(...record.events.slice(before));
      return timed;
    },
  };
}
