import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../components/root";
import { plainStackName } from "../../../stacks/config/written/written-config";
import type { Mode } from "../mode";

/** The folder with a folder for each run. */
export const RUNS = join(PROJECT_ROOT, ".chainfleet/runs");

/** The files of a record. `waits.jsonl` is the Pulumi program's; see `timing/waits.ts`. */
export const EVENTS = "events.jsonl";
export const SUMMARY = "summary.json";
export const STEPS = "steps.json";
export const TIMELINE = "timeline.html";

/** The id of a record. The time comes first, so that ids sort by age. @example "20261121T010000000-dev-up" */
export function recordId(time: Date, stackName: string, mode: Mode): string {
  return `${time.toISOString().replace(/[-:.Z]/g, "")}-${plainStackName(stackName)}-${mode}`;
}

/** The ids of a stack's runs, the oldest first. */
export function runsOf(stackName: string): string[] {
  const plainName = plainStackName(stackName);
  return existsSync(RUNS)
    ? readdirSync(RUNS)
        .filter((id) => stackNameIn(id) === plainName)
        .sort()
    : [];
}

/** The ids of all runs of all stacks, the oldest first. */
export function allRuns(): string[] {
  return existsSync(RUNS)
    ? readdirSync(RUNS)
        .filter((id) => stackNameIn(id) !== undefined)
        .sort()
    : [];
}

export function directoryOf(id: string): string {
  return join(RUNS, id);
}

/** The text of a file of a record; undefined if the record has no such file. */
export function textOf(id: string, name: string): string | undefined {
  const file = join(directoryOf(id), name);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** The name of the stack whose run has this record id; undefined if the directory is no record. */
function stackNameIn(id: string): string | undefined {
  return /^\d{8}T\d{9}-(?<stack>.+)-(?:up|destroy)$/.exec(id)?.groups?.stack;
}
