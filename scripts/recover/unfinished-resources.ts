import { isSecret } from "../engine/secret-mark";
import type { State, StateResource } from "../engine/state";
import { steps, type TimedEvent } from "../run/events";

/**
 * The cloud resources that may exist although the state does not contain them: resources whose creation was pending
 * when the engine was killed (the engine records pending operations in the state), and resources whose creation failed
 * in the last run before their ids were known. Other resources, such as contracts and Kubernetes objects, are not
 * included, because their providers find existing ones by themselves.
 *
 * @param events the events of the last run; none if the run has no record.
 */
export function orphanCandidates(state: State, events: readonly TimedEvent[]): StateResource[] {
  return unfinishedCreations(state, events).filter(({ type }) => isOnCloud(type));
}

function unfinishedCreations(state: State, events: readonly TimedEvent[]): StateResource[] {
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
 * The cloud resources in the state whose creation may not have finished: the plugin was interrupted while it waited for
 * the resource, for example by a Ctrl+C, or an earlier recovery was interrupted before it refreshed the resource.
 */
export function unsettledResources({ resources = [] }: State): StateResource[] {
  return resources.filter(
    ({ type, custom, outputs, initErrors = [] }) =>
      custom === true &&
      isOnCloud(type) &&
      (initErrors.length > 0 || Object.keys(outputs ?? {}).length === 0),
  );
}

/** The line that announces a recovery to the user. @param names of the resources to recover; at least one. */
export function recoveryMessage(names: readonly string[]): string {
  const listed = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return `The work on ${listed} did not finish. Looking up which of these resources exist, and continuing from there.`;
}

/** Whether a resource is created by a cloud, which continues to create the resource when the engine no longer waits. */
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
  const inputs = withoutSecrets(now?.inputs ?? {}) as Record<string, unknown>;
  return {
    urn,
    type,
    custom: true,
    inputs,
    ...(now?.parent ? { parent: now.parent } : {}),
    provider,
    dependencies: referencedUrns(inputs, state.resources ?? []),
  };
}

/**
 * A value of the events without the secrets in it, which the engine blinds: a state with a blinded secret cannot be read any
 * more. The next run finds the secret missing in the inputs, and updates the resource with it.
 */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((member) => !isSecret(member)).map(withoutSecrets);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => !isSecret(member))
          .map(([key, member]) => [key, withoutSecrets(member)]),
      )
    : value;
}

/**
 * The URNs of the resources whose ids or names are values in the inputs. The events do not contain a resource's
 * dependencies.
 */
function referencedUrns(inputs: unknown, resources: readonly StateResource[]): string[] {
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
