import { dependenciesOf, type StateResource } from "../../scripts/engine/state";
import { steps, type TimedEvent } from "../../scripts/run/events";
import { groupOf, nameOf } from "../../scripts/run/resource-names";

/** A resource that an `up` created, from which the rivals are generated. */
export interface RecordedStep {
  readonly name: string;
  readonly type: string;
  /** Undefined for what all regions share. */
  readonly region: string | undefined;
  readonly seconds: number;
  /** The names of the resources that the resource waits for. */
  readonly dependencies: readonly string[];
}

/** The creations of a run, in the order of their starts. */
export function recordedSteps(
  events: readonly TimedEvent[],
  resources: readonly StateResource[],
  regions: readonly string[],
): RecordedStep[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const created = steps(events).filter(
    ({ op, ended, metadata }) => op === "create" && ended !== undefined && metadata.new?.custom === true,
  );
  const urns = new Set(created.map(({ urn }) => urn));
  return created.map(({ urn, type, started, ended = started }) => {
    const resource = byUrn.get(urn);
    return {
      name: nameOf(urn),
      type,
      region: groupOf(urn, regions),
      seconds: (ended - started) / 1000,
      dependencies: (resource === undefined ? [] : dependenciesOf(resource))
        .filter((one) => urns.has(one))
        .map(nameOf),
    };
  });
}
