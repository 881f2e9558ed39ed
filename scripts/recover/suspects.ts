import type { State, StateResource } from "../engine/state";
import { steps, type TimedEvent } from "../run/events";

/**
 * The creations in the clouds that may have happened although the state does not say so: those that the engine had
 * begun when it was killed (it writes them down first), and those that failed in the last run without an id. What no
 * cloud makes (a contract, a Kubernetes object) can be made again: its provider finds what is there by itself.
 *
 * @param events the last run's, if its record is there.
 */
export function suspects(state: State, events: readonly TimedEvent[]): StateResource[] {
  return creationsWithoutEnd(state, events).filter(({ type }) => isOnCloud(type));
}

function creationsWithoutEnd(state: State, events: readonly TimedEvent[]): StateResource[] {
  const known = new Set((state.resources ?? []).map(({ urn }) => urn));
  const pending = (state.pending_operations ?? [])
    .filter(({ type, resource }) => type === "creating" && !known.has(resource.urn))
    .map(({ resource }) => resource);
  const listed = new Set(pending.map(({ urn }) => urn));
  const failed = steps(events)
    .filter(
      ({ urn, op, ended, failed: hasFailed }) =>
        (op === "create" || op === "create-replacement") &&
        (hasFailed || ended === undefined) &&
        !known.has(urn) &&
        !listed.has(urn),
    )
    .flatMap(({ metadata }) => (metadata.new?.custom === true ? [asStateResource(metadata, state)] : []));
  return [...pending, ...failed];
}

/**
 * The resources that the state knows by their ids, but whose creation it did not see to the end: the wait for them
 * was broken off (by a Ctrl+C, which the plugins hear), or a recovery was itself cut off before it read them.
 */
export function unsettled({ resources = [] }: State): StateResource[] {
  return resources.filter(
    ({ type, custom, outputs, initErrors = [] }) =>
      custom === true &&
      isOnCloud(type) &&
      (initErrors.length > 0 || Object.keys(outputs ?? {}).length === 0),
  );
}

/** What a recovery is about and what it does, for the user. @param names of the resources, one at least. */
export function recovery(names: readonly string[]): string {
  const listed = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return `The last run did not see the end of its work on ${listed}: finding out what is there, and going on from it.`;
}

/** Whether a resource is made by a cloud, and so goes on being made when nobody waits for it. */
export function isOnCloud(type: string): boolean {
  return type.startsWith("azure-native:") || type.startsWith("aws:");
}

function asStateResource(
  {
    urn,
    type,
    provider,
    new: now,
  }: { urn: string; type: string; provider: string; new?: { parent: string; inputs: object } },
  state: State,
): StateResource {
  const inputs = (now?.inputs ?? {}) as Record<string, unknown>;
  return {
    urn,
    type,
    custom: true,
    inputs,
    ...(now?.parent ? { parent: now.parent } : {}),
    provider,
    dependencies: referenced(inputs, state.resources ?? []),
  };
}

/** The resources whose ids stand in the inputs: the events do not say what a resource depends on. */
function referenced(inputs: unknown, resources: readonly StateResource[]): string[] {
  const strings = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") {
      strings.add(value);
    } else if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(walk);
    }
  };
  walk(inputs);
  return resources
    .filter(
      ({ id, outputs }) =>
        (id !== undefined && strings.has(id)) || strings.has(String(outputs?.name ?? "\0")),
    )
    .map(({ urn }) => urn);
}
