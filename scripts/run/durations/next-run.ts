import type { StateResource } from "../../engine/state";
import type { ConfiguredGroups } from "../configured";
import type { Mode } from "../mode";
import { readDurations } from "./durations-file";
import { Eta } from "./eta";
import { fingerprint, type KnownGraph, readKnownGraph } from "./known-graph";
import { type Expected, expectations, type TimedOperation } from "./learned-durations";
import { creationPlan, deletionPlan, previewPlan } from "./planned-operations";
import { type PlannedOperation, type Prediction, predict } from "./prediction";

/** What is expected of a run that is about to begin. */
export interface NextRun {
  readonly prediction: Prediction;
  readonly eta: Eta;
}

/** The run that is expected. */
export interface ExpectedRun {
  readonly stack: string;
  readonly mode: Mode;
  /** The resources in the state before the run. */
  readonly before: readonly StateResource[];
  readonly groups: ConfiguredGroups;
}

/**
 * What is expected of a run; undefined if it is not known what the run will do. A `down` deletes what is in the state. An
 * `up` does what the last preview has shown if neither config nor state have changed since; else it creates what the last
 * `up` or preview with the same config knew of and the state lacks.
 */
export function nextRun(run: ExpectedRun): NextRun | undefined {
  return expectationOf(plannedOperations(run), expectations(readDurations()));
}

/** What is expected of planned operations. Pure. */
export function expectationOf(
  planned: readonly PlannedOperation[],
  expected: (operation: TimedOperation) => Expected,
): NextRun | undefined {
  const prediction = predict(planned, expected);
  return prediction === undefined ? undefined : { prediction, eta: new Eta(planned, expected) };
}

function plannedOperations({ stack, mode, before, groups: { placeOf } }: ExpectedRun): PlannedOperation[] {
  if (mode === "destroy") {
    return deletionPlan(before, placeOf);
  }
  const known: KnownGraph | undefined = readKnownGraph(stack);
  if (known === undefined) {
    return [];
  }
  const { resources: after, preview } = known;
  return preview !== undefined && preview.state === fingerprint(before)
    ? previewPlan(preview.operations, { before, after }, placeOf)
    : creationPlan(before, after, placeOf);
}
