import type { StateResource } from "../engine/state";
import type { TaggedResource } from "../recover/lookup";
import type { Difference } from "./differences";

/** A difference with its AWS region, because its name need not begin with that of a region in the config. */
export interface UntrackedResource extends Difference {
  /** @example "us-west-2" */
  readonly location: string;
}

/**
 * The resources that AWS has with the tags of the stack, and that the state does not contain: what a lost answer, or a
 * person, left behind. Only kinds whose ids AWS generates are compared; of the others, no second one can exist. Pure.
 *
 * @param tagged the resources with the stack's tag in the regions that are verified.
 * @param resources in the state.
 */
export function untracked(
  tagged: readonly TaggedResource[],
  resources: readonly Pick<StateResource, "id">[],
): UntrackedResource[] {
  const known = new Set(resources.map(({ id }) => id));
  return tagged
    .filter(({ kind, id }) => GENERATED_IDS.has(kind) && !known.has(id))
    .map(({ kind, id, name, region }) => ({
      ...{ kind: "not in the state" as const, name: `${kind} ${name}`, id, type: kind },
      ...{ properties: [], location: region },
    }));
}

/** Resource types in ARNs of EC2: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
const GENERATED_IDS: ReadonlySet<string> = new Set([
  ...["vpc", "subnet", "internet-gateway", "natgateway", "route-table", "security-group"],
  ...["elastic-ip", "launch-template"],
]);
