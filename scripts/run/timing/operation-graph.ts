import { dependenciesOf, type StateResource } from "../../engine/state";
import type { Mode } from "../mode";
import type { Work } from "./critical-path";

/** An operation on a resource, done or planned. */
export interface Operation {
  readonly urn: string;
  /** The engine's name of the operation. @example "create" */
  readonly op: string;
}

/** What an operation waits for. */
export interface Waiting {
  /** Other operations, as places in the list of all operations. */
  readonly dependencies: readonly number[];
  /** Whether the operation is a deletion in an `up`, which the engine begins after it has created and updated everything. */
  readonly waitsForAll?: true;
}

/** The resources whose dependencies tell what operations wait for. */
export interface GraphResources {
  /** The resources in the state before the run. They tell what a deletion waits for. */
  readonly before: readonly StateResource[];
  /** The resources in the state after the run. They tell what a creation or an update waits for. */
  readonly after: readonly StateResource[];
}

/** What is known about the order of the operations. */
export interface GraphOrder {
  readonly mode: Mode;
  /** Whether the first operation ends before the second begins; both are places in the list of all operations. */
  readonly precedes: (first: number, second: number) => boolean;
}

/**
 * What each operation of a run waits for. A creation or an update waits for the resources that its own resource depends on,
 * also through resources that do not change. A deletion waits for the deletion of everything that depends on its resource.
 * Pure.
 */
export function operationGraph(
  operations: readonly Operation[],
  { before, after }: GraphResources,
  { mode, precedes }: GraphOrder,
): Waiting[] {
  const dependenciesBefore = dependencyMap(before);
  const deletions = placesOf(operations, isDeletion);
  const others = placesOf(operations, (operation) => !isDeletion(operation));
  const priors = reaching(others, new Map([...dependenciesBefore, ...dependencyMap(after)]));
  const laterDeletions = reaching(deletions, reversed(dependenciesBefore));
  return operations.map((operation, place) => {
    const deletion = deletions.get(operation.urn);
    const other = others.get(operation.urn);
    // With `deleteBeforeReplace` a resource is deleted first and then created again, both in its turn.
    const deletedFirst =
      mode === "up" && deletion !== undefined && other !== undefined && precedes(deletion, other);
    const dependencies = isDeletion(operation)
      ? [...laterDeletions(operation.urn), ...(deletedFirst ? priors(operation.urn) : [])]
      : [...priors(operation.urn), ...(deletedFirst ? [deletion] : [])];
    return {
      // With `deleteBeforeReplace` some edges lead to an operation that comes later, because both of a resource's operations
      // have one URN.
      dependencies: [...new Set(dependencies)]
        .filter((before) => before !== place && precedes(before, place))
        .sort((a, b) => a - b),
      ...(isDeletion(operation) && mode === "up" && !deletedFirst ? { waitsForAll: true as const } : {}),
    };
  });
}

/**
 * Operations as work whose longest chain can be found. The ids are the operations' places in the list.
 *
 * @param secondsOf the duration of the operation at a place; undefined for an operation that is no work.
 */
export function worksOf(
  operations: readonly Waiting[],
  secondsOf: (place: number) => number | undefined,
): Work[] {
  const works = operations.flatMap(({ dependencies, waitsForAll }, place): Work[] => {
    const seconds = secondsOf(place);
    const awaited = dependencies.map(String);
    return seconds === undefined
      ? []
      : [
          {
            id: String(place),
            seconds,
            dependencies: waitsForAll === true ? [...awaited, EVERYTHING_ELSE] : awaited,
          },
        ];
  });
  // One piece of work without a duration in between, instead of an edge from each deletion to each creation.
  const rest = works.flatMap(({ id }) => (operations[Number(id)]?.waitsForAll === true ? [] : [id]));
  return [...works, { id: EVERYTHING_ELSE, seconds: 0, dependencies: rest }];
}

/** The items of a list whose places pieces of work have as their ids. */
export function itemsOf<Item>(works: readonly Work[], items: readonly Item[]): Item[] {
  return works.flatMap(({ id }) => items[Number(id)] ?? []);
}

const EVERYTHING_ELSE = "everything else";

export function isDeletion({ op }: Pick<Operation, "op">): boolean {
  return op === "delete" || op === "delete-replaced";
}

type Edges = ReadonlyMap<string, readonly string[]>;

function dependencyMap(resources: readonly StateResource[]): Edges {
  return new Map(resources.map((resource) => [resource.urn, dependenciesOf(resource)]));
}

function reversed(edges: Edges): Edges {
  const dependents = new Map<string, string[]>();
  for (const [urn, dependencies] of edges) {
    for (const dependency of dependencies) {
      const known = dependents.get(dependency);
      if (known === undefined) {
        dependents.set(dependency, [urn]);
      } else {
        known.push(urn);
      }
    }
  }
  return dependents;
}

function placesOf(
  operations: readonly Operation[],
  wanted: (operation: Operation) => boolean,
): Map<string, number> {
  return new Map(
    operations.flatMap((operation, place) => (wanted(operation) ? [[operation.urn, place] as const] : [])),
  );
}

/**
 * A function that finds the nearest operations along the edges from a resource. The edges lead on through resources without
 * an operation, which do not change.
 */
function reaching(places: ReadonlyMap<string, number>, edges: Edges): (urn: string) => readonly number[] {
  const found = new Map<string, readonly number[]>();
  const nearest = (urn: string): readonly number[] => {
    const known = found.get(urn);
    if (known !== undefined) {
      return known;
    }
    // Stands for the resource while its edges are followed, so that a cycle ends.
    found.set(urn, []);
    const all = new Set<number>();
    for (const next of edges.get(urn) ?? []) {
      const place = places.get(next);
      for (const one of place === undefined ? nearest(next) : [place]) {
        all.add(one);
      }
    }
    const result = [...all];
    found.set(urn, result);
    return result;
  };
  return nearest;
}
