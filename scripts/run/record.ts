import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { TimedEvent } from "./events";
import type { Mode } from "./mode";
import { EVENTS, RUNS, recordId, runsOf, SUMMARY, textOf } from "./records/record-files";
import { isAboutUnchanged, recordedEvent } from "./records/recorded-event";
import type { Summary } from "./summary";

/**
 * The record of one run on disk: `events.jsonl`, which is written during the run, and the files that are written at the
 * end, `summary.json` among them. docs/runs.md describes them.
 */
export class RunRecord {
  /** All events of the run, also those about unchanged resources, which are not written. */
  readonly events: TimedEvent[] = [];

  private constructor(readonly directory: string) {}

  /** Begins a record in a new directory. */
  static begin(stackName: string, mode: Mode): RunRecord {
    const directory = join(RUNS, recordId(new Date(), stackName, mode));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new RunRecord(directory);
  }

  /** Records an event, without secrets and without what no reader of records needs. @returns the whole event. */
  add(engineEvent: EngineEvent): TimedEvent {
    const at = Date.now();
    const event = recordedEvent(engineEvent);
    if (event !== undefined) {
      this.events.push({ at, event });
      if (!isAboutUnchanged(event)) {
        appendFileSync(join(this.directory, EVENTS), `${JSON.stringify({ at, event })}\n`);
      }
    }
    return { at, event: engineEvent };
  }

  /** Writes a file of the record, as a whole or not at all. */
  write(name: string, text: string): void {
    const file = join(this.directory, name);
    writeFileSync(`${file}.part`, text);
    renameSync(`${file}.part`, file);
  }

  /** Writes the summary, so that `eventsOfUnfinishedRun` can tell a run that succeeded from an unfinished run. */
  end(summary: Summary): void {
    this.write(SUMMARY, `${JSON.stringify(summary, null, 2)}\n`);
  }
}

/**
 * The events of a stack's last run if that run did not succeed, else none. A line that was cut off because the run
 * was killed is left out.
 */
export function eventsOfUnfinishedRun(stackName: string): TimedEvent[] {
  const last = runsOf(stackName).at(-1);
  if (last === undefined) {
    return [];
  }
  const summary = textOf(last, SUMMARY);
  if (summary !== undefined && (JSON.parse(summary) as Summary).result === "succeeded") {
    return [];
  }
  return (textOf(last, EVENTS) ?? "").split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as TimedEvent];
    } catch {
      return [];
    }
  });
}
