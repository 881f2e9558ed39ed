import type { StateResource } from "../engine/state";
import { timelinePage } from "../timeline/timeline-page";
import type { ConfiguredGroups } from "./configured";
import { learnDurations } from "./durations/durations-file";
import { writeKnownGraph } from "./durations/known-graph";
import { samplesOf } from "./durations/samples";
import type { RunRecord } from "./record";
import { STEPS, TIMELINE } from "./records/record-files";
import { recordedSteps } from "./records/recorded-steps";
import { deleteOldRuns } from "./records/retention";
import { type RunFacts, type Summary, summarize } from "./summary";
import { readWaits } from "./timing/waits";

/** A run that has ended. */
export interface EndedRun extends Omit<RunFacts, "waits"> {
  readonly groups: ConfiguredGroups;
  /** How many records of the stack are kept. */
  readonly runsKept: number;
}

/**
 * Ends the record of a run: writes its summary, its steps and its timeline, learns the durations of its operations and
 * deletes the records of old runs. Only the summary is needed by the next run, so a failure with the rest is told and
 * changes nothing about the result.
 *
 * @param say shows a line to the user.
 */
export function finishRun(record: RunRecord, run: EndedRun, say: (line: string) => void): Summary {
  const facts: RunFacts = { ...run, waits: readWaits(record.directory) };
  const summary = summarize(facts);
  record.end(summary);
  const steps = recordedSteps(facts, run.groups.names);
  for (const [what, work] of [
    ["the steps", () => record.write(STEPS, `${JSON.stringify(steps)}\n`)],
    [
      "the timeline",
      () => record.write(TIMELINE, timelinePage({ summary, recorded: steps, waits: facts.waits })),
    ],
    ["the learned durations", () => learnDurations(samplesOf(steps, facts, run.groups.placeOf))],
    ["what is known of the resources", () => keepGraph(facts)],
    ["the records of old runs", () => deleteOldRuns(run.stack, run.runsKept)],
  ] as const) {
    try {
      work();
    } catch (error) {
      say(`The run's record is incomplete: ${what}: ${(error as Error).message}`);
    }
  }
  return summary;
}

/** Only a whole `up` shows which resources a stack has. */
function keepGraph({ stack, mode, result, resources, before }: RunFacts): void {
  if (mode === "up" && result === "succeeded" && !haveSameUrns(resources, before)) {
    writeKnownGraph(stack, { resources });
  }
}

function haveSameUrns(one: readonly StateResource[], other: readonly StateResource[]): boolean {
  const urns = new Set(one.map(({ urn }) => urn));
  return one.length === other.length && other.every(({ urn }) => urns.has(urn));
}
