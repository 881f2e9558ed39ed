import { dependenciesOf, type StateResource } from "../engine/state";
import { steps, type TimedEvent } from "../run/events";
import { nameOf } from "../run/resource-names";

/** How a resource differs from the plan. */
export type DifferenceKind =
  /** The config describes the resource, and the state does not contain it. */
  | "missing in the state"
  /** The state contains the resource, and its cloud does not. */
  | "deleted in the cloud"
  /** The resource has other properties than the config describes. */
  | "changed"
  /** The resource will change because a resource that it depends on is made anew. */
  | "affected by another difference"
  /** The state contains the resource, and the config does not describe it. */
  | "not in the config"
  /** The cloud has the resource with the tags of the stack, and the state does not contain it. */
  | "not in the state";

/** One resource that differs. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The resource's name in the program; of a resource that is not in the state, its kind and its name in the cloud. */
  readonly name: string;
  /** The URN; of a resource that is not in the state, its id in the cloud. */
  readonly id: string;
  /** The type token; of a resource that is not in the state, the cloud's word for its kind. */
  readonly type: string;
  /** The properties that differ; empty if the resource as a whole differs. */
  readonly properties: readonly string[];
}

/**
 * The differences that the engine found in a preview that first read every resource from its cloud. Pure.
 *
 * @param events of the preview.
 * @param resources in the state before the preview.
 */
export function differencesIn(
  events: readonly TimedEvent[],
  resources: readonly StateResource[],
): Difference[] {
  const found = directDifferences(events, resources);
  const anew = new Set(found.filter(({ kind }) => kind !== "changed").map(({ id }) => id));
  const affected = dependentsOf(anew, resources);
  return found.map((difference) =>
    difference.kind === "changed" && affected.has(difference.id)
      ? { ...difference, kind: "affected by another difference" }
      : difference,
  );
}

/** The URNs of the resources that depend on one of the given resources, directly or through others. */
function dependentsOf(urns: ReadonlySet<string>, resources: readonly StateResource[]): Set<string> {
  const dependents = new Set<string>();
  // The state lists a resource after everything that it depends on.
  for (const resource of resources) {
    if (dependenciesOf(resource).some((urn) => urns.has(urn) || dependents.has(urn))) {
      dependents.add(resource.urn);
    }
  }
  return dependents;
}

function directDifferences(
  events: readonly TimedEvent[],
  resources: readonly Pick<StateResource, "urn">[],
): Difference[] {
  const known = new Set(resources.map(({ urn }) => urn));
  const gone = deletedInCloud(events);
  return steps(events).flatMap(({ op, urn, type, metadata }) => {
    const kind = kindOf(op, known.has(urn), gone.has(urn));
    const isCustom = (metadata.new ?? metadata.old)?.custom === true;
    if (kind === undefined || !isCustom || type.startsWith("pulumi:providers:")) {
      return [];
    }
    const properties = kind === "changed" ? changedProperties(metadata) : [];
    return [{ kind, name: nameOf(urn), id: urn, type, properties }];
  });
}

/** @returns undefined if the step says that the resource is as planned, or only repeats what another step says. */
function kindOf(op: string, isKnown: boolean, isGone: boolean): DifferenceKind | undefined {
  switch (op) {
    case "create":
    case "import":
      return isGone ? "deleted in the cloud" : isKnown ? undefined : "missing in the state";
    case "update":
    case "create-replacement":
      return "changed";
    case "delete":
      return isGone ? undefined : "not in the config";
    default:
      return undefined;
  }
}

/** The URNs of the resources that were in the state and that their clouds no longer have. */
function deletedInCloud(events: readonly TimedEvent[]): Set<string> {
  return new Set(
    events.flatMap(({ event: { resOutputsEvent } }) => {
      const metadata = resOutputsEvent?.metadata;
      return metadata?.op === "refresh" && (metadata.new === undefined || metadata.new === null)
        ? [metadata.urn]
        : [];
    }),
  );
}

function changedProperties({
  diffs,
  detailedDiff,
}: {
  readonly diffs?: readonly string[];
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}): string[] {
  const detailed = Object.keys(detailedDiff ?? {});
  return (detailed.length > 0 ? detailed : [...(diffs ?? [])]).toSorted();
}
