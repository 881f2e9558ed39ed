import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TimedEvent } from "../../scripts/run/events";
import { nameOf } from "../../scripts/run/resource-names";

/** A step of a preview. */
export interface PreviewStep {
  readonly op: string;
  readonly name: string;
  /** The inputs that the resource would have. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The steps of a preview that change something. @param json output of `pulumi preview --json`. */
export function changesOf(json: string): PreviewStep[] {
  const { steps } = JSON.parse(json) as {
    steps: { op: string; urn: string; newState?: { inputs?: Record<string, unknown> } }[];
  };
  return steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn, newState }) => ({ op, name: nameOf(urn), inputs: newState?.inputs ?? {} }));
}

/** The engine's events in the last run of the `chainfleet` command. @param folder the project's folder. */
export function eventsOfLastRun(folder: string): TimedEvent[] {
  const runs = join(folder, ".chainfleet/runs");
  const last = readdirSync(runs).sort().at(-1) ?? "";
  return readFileSync(join(runs, last, "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TimedEvent);
}
