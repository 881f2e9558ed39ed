import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { PROJECT_ROOT } from "../../components/root";
import type { TimedEvent } from "./events";
import type { Mode, Summary } from "./summary";

const RUNS = join(PROJECT_ROOT, ".chainfleet/runs");

/**
 * The record of one run on disk: `events.jsonl`, which is written during the run, and `summary.json`, which is written
 * at the end.
 */
export class RunRecord {
  readonly events: TimedEvent[] = [];

  private constructor(readonly directory: string) {}

  /** Begins a record in a new directory. */
  static begin(stackName: string, mode: Mode): RunRecord {
    const directory = join(RUNS, recordId(new Date(), stackName, mode));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new RunRecord(directory);
  }

  /**
   * Records an event, without secrets. Debug messages are dropped, because the SDK writes every property that it sends
   * to the engine into them. The config is dropped, because the prelude event precedes the check that refuses keys in
   * plain text.
   */
  add(engineEvent: EngineEvent): TimedEvent {
    const event =
      engineEvent.preludeEvent === undefined ? engineEvent : { ...engineEvent, preludeEvent: { config: {} } };
    const timed = { at: Date.now(), event };
    if ((event.diagnosticEvent?.severity as string | undefined) === "debug") {
      return timed;
    }
    this.events.push(timed);
    appendFileSync(join(this.directory, EVENTS), `${JSON.stringify(timed)}\n`);
    return timed;
  }

  /** Writes the summary, so that `eventsOfUnfinishedRun` can tell a run that succeeded from an unfinished run. */
  end(summary: Summary): void {
    const file = join(this.directory, SUMMARY);
    writeFileSync(`${file}.part`, `${JSON.stringify(summary, null, 2)}\n`);
    renameSync(`${file}.part`, file);
  }
}

const EVENTS = "events.jsonl";
const SUMMARY = "summary.json";

/** The id of a record. The time comes first, so that ids sort by age. @example "20261121T010000000-dev-up" */
function recordId(time: Date, stackName: string, mode: Mode): string {
  return `${time.toISOString().replace(/[-:.Z]/g, "")}-${stackName}-${mode}`;
}

/** The name of the stack whose run has this record id; undefined if the directory is no record. */
function stackNameIn(id: string): string | undefined {
  return /^\d{8}T\d{9}-(?<stack>.+)-(?:up|destroy)$/.exec(id)?.groups?.stack;
}

/**
 * The events of a stack's last run if that run did not succeed, else none. A line that was cut off because the run
 * was killed is left out.
 */
export function eventsOfUnfinishedRun(stackName: string): TimedEvent[] {
  const last = existsSync(RUNS)
    ? readdirSync(RUNS)
        .filter((id) => stackNameIn(id) === stackName)
        .sort()
        .at(-1)
    : undefined;
  if (last === undefined) {
    return [];
  }
  const read = (name: string) => {
    const file = join(RUNS, last, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const summary = read(SUMMARY);
  if (summary !== "" && (JSON.parse(summary) as Summary).result === "succeeded") {
    return [];
  }
  return read(EVENTS)
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as TimedEvent];
      } catch {
        return [];
      }
    });
}
