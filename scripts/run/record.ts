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

/** The record of one run, on disk while it happens: `events.jsonl`, at the end `summary.json`. */
export class RunRecord {
  readonly events: TimedEvent[] = [];

  private constructor(readonly directory: string) {}

  /** Begins a record. Its name is the time and the mode, so that names sort by age. */
  static begin(stackName: string, mode: Mode): RunRecord {
    const id = `${new Date()
      .toISOString()
      .replace(/[-:]/g, "")
      .replace(/\.(\d+)Z/, "$1")}-${stackName}-${mode}`;
    const directory = join(RUNS, id);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new RunRecord(directory);
  }

  /**
   * Keeps an event. Debug messages are dropped: in them the SDK spells out every property that it sends to the
   * engine, secrets too. So is the config, in which a key may be in plain text, though that is refused afterwards.
   */
  add(given: EngineEvent): TimedEvent {
    const event = given.preludeEvent === undefined ? given : { ...given, preludeEvent: { config: {} } };
    const timed = { at: Date.now(), event };
    if ((event.diagnosticEvent?.severity as string | undefined) === "debug") {
      return timed;
    }
    this.events.push(timed);
    appendFileSync(join(this.directory, EVENTS), `${JSON.stringify(timed)}\n`);
    return timed;
  }

  end(summary: Summary): void {
    const file = join(this.directory, SUMMARY);
    writeFileSync(`${file}.part`, `${JSON.stringify(summary, null, 2)}\n`);
    renameSync(`${file}.part`, file);
  }
}

const EVENTS = "events.jsonl";
const SUMMARY = "summary.json";

/** The events of a stack's last run, if that run did not succeed; a line cut off by a kill is left out. */
export function eventsOfUnfinishedRun(stackName: string): TimedEvent[] {
  const last = existsSync(RUNS)
    ? readdirSync(RUNS)
        .filter((id) => id.includes(`-${stackName}-`))
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
