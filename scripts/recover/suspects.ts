import type { State, StateResource } from "../engine/state";
import { steps, type TimedEvent } from "../run/events";

/**
 * The creations that may have happened although the state does not say so: those that the engine had begun when
 * it was killed (it writes them down first), and those that failed in the last run without an id.
 *
 * @param events the last run's, if its record is there.
 */
export function suspects(state: State, events: readonly TimedEvent[]): StateResource[] {
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
