import { steps, type TimedEvent } from "../run/events";
import { nameOf } from "../run/resource-names";

/**
 * The first validator, or cluster of validators, whose update failed in a run. No further stack with validators may then be
 * run: the network's tolerance is needed for the one that is lost.
 *
 * @returns the name of the resource.
 */
export function lostValidator(events: readonly TimedEvent[]): string | undefined {
  const lost = steps(events).find(
    ({ type, op, failed }) => failed && VALIDATOR_TYPES.has(type) && /update|replace/.test(op),
  );
  return lost === undefined ? undefined : nameOf(lost.urn);
}

/** What holds the update gate in one stack: see `nodeUpdateHooks` and `validatorUpdateHooks`. */
const VALIDATOR_TYPES: ReadonlySet<string> = new Set([
  "kubernetes:apps/v1:StatefulSet",
  "azure-native:containerservice:ManagedCluster",
  "aws:eks/nodeGroup:NodeGroup",
]);
