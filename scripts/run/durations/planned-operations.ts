import type { StateResource } from "../../engine/state";
import { type Operation, operationGraph } from "../timing/operation-graph";
import type { Place } from "./learned-durations";
import type { PlannedOperation } from "./prediction";

type PlaceOf = (urn: string) => Place;

/** An operation of a preview. */
export interface PreviewedOperation extends Operation {
  readonly type: string;
}

/** The operations of a `down`: every resource is deleted after those that depend on it. Pure. */
export function deletionPlan(resources: readonly StateResource[], placeOf: PlaceOf): PlannedOperation[] {
  const operations = resources
    .filter(({ custom }) => custom === true)
    .map(({ urn, type }) => ({ urn, type, op: "delete" }));
  return planned(
    operations,
    operationGraph(operations, { before: resources, after: [] }, { mode: "destroy", precedes: () => true }),
    placeOf,
  );
}

/**
 * The operations of an `up` as a preview has shown them. Pure.
 *
 * @param operations on custom resources, in the order of the preview.
 * @param after the resources as they will be, also those that do not change.
 */
export function previewPlan(
  operations: readonly PreviewedOperation[],
  { before, after }: { readonly before: readonly StateResource[]; readonly after: readonly StateResource[] },
  placeOf: PlaceOf,
): PlannedOperation[] {
  const graph = operationGraph(
    operations,
    { before, after },
    { mode: "up", precedes: (first, second) => first < second },
  );
  return planned(operations, graph, placeOf);
}

/** The operations of an `up` that creates what is not there yet. Pure. @param after the resources as they will be. */
export function creationPlan(
  before: readonly StateResource[],
  after: readonly StateResource[],
  placeOf: PlaceOf,
): PlannedOperation[] {
  const existing = new Set(before.map(({ urn }) => urn));
  const operations = after
    .filter(({ urn, custom }) => custom === true && !existing.has(urn))
    .map(({ urn, type }) => ({ urn, type, op: "create" }));
  const graph = operationGraph(operations, { before, after }, { mode: "up", precedes: () => true });
  return planned(operations, graph, placeOf);
}

function planned(
  operations: readonly PreviewedOperation[],
  graph: ReturnType<typeof operationGraph>,
  placeOf: PlaceOf,
): PlannedOperation[] {
  return operations.map(({ urn, type, op }, place) => ({
    urn,
    type,
    op,
    place: placeOf(urn),
    ...(graph[place] ?? { dependencies: [] }),
  }));
}
