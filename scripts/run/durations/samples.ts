import type { RecordedSteps } from "../records/recorded-steps";
import { groupOf } from "../resource-names";
import type { RunFacts } from "../summary";
import { durationOf, type TimedStep } from "../timing/timed-steps";
import { waitedSeconds, waitsBySteps } from "../timing/waits";
import type { Place, Sample } from "./learned-durations";
import { regionSample } from "./region-seconds";

/**
 * What a run has shown about durations. Pure. Only operations that succeeded count, without the time for which they waited:
 * how long the rate limits and the update gate hold an operation depends on the other operations of the run.
 */
export function samplesOf(
  { steps, startedAt, groups }: RecordedSteps,
  { waits, seconds }: Pick<RunFacts, "waits" | "seconds">,
  placeOf: (urn: string) => Place,
): Sample[] {
  const waited = waitsBySteps(steps, waits, { startedAt, endedAt: seconds });
  const operations = steps.flatMap((step, place) =>
    step.ended === undefined || step.failed === true
      ? []
      : [
          {
            type: step.type,
            op: step.op,
            place: placeOf(step.urn),
            seconds: Math.max(0, durationOf(step) - waitedSeconds(waited[place] ?? [])),
          },
        ],
  );
  return [...operations, ...createdRegions(steps, groups, placeOf)];
}

/** The regions that the run created as a whole: the Kubernetes namespace of the region's nodes among the rest. */
function createdRegions(
  steps: readonly TimedStep[],
  groups: readonly string[],
  placeOf: (urn: string) => Place,
): Sample[] {
  return groups.flatMap((group) => {
    const own = steps.filter(({ urn }) => groupOf(urn, groups) === group);
    const namespace = own.find(({ type, op }) => type === "kubernetes:core/v1:Namespace" && op === "create");
    if (namespace === undefined || own.some(({ failed, ended }) => failed === true || ended === undefined)) {
      return [];
    }
    const started = Math.min(...own.map((step) => step.started));
    const ended = Math.max(...own.map((step) => step.ended ?? step.started));
    return [regionSample(placeOf(namespace.urn), ended - started)];
  });
}
