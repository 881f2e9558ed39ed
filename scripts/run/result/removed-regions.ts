import type { StateResource } from "../../engine/state";
import { nameOf } from "../resource-names";

/** A region in the state that the config no longer has: its resources are deleted by the next `up`. */
export interface RemovedRegion {
  readonly name: string;
  readonly cloud: string;
  readonly validators: number;
  readonly removed: true;
}

/**
 * The regions that a state has and the config has not. Pure.
 *
 * @param configured the names of the regions in the config.
 */
export function removedRegions(
  resources: readonly StateResource[],
  configured: readonly string[],
): RemovedRegion[] {
  return resources.flatMap(({ type, urn }) => {
    const cloud = /^chainfleet:region:(Azure|Aws|Kubernetes)Region$/.exec(type)?.[1]?.toLowerCase();
    const name = nameOf(urn);
    return cloud === undefined || configured.includes(name)
      ? []
      : [{ name, cloud, validators: validatorsOf(name, resources), removed: true as const }];
  });
}

function validatorsOf(region: string, resources: readonly StateResource[]): number {
  return resources.filter(({ type, urn }) => {
    const name = nameOf(urn);
    return (
      type === "kubernetes:apps/v1:StatefulSet" &&
      name.startsWith(`${region}-validator-`) &&
      /^\d+$/.test(name.slice(`${region}-validator-`.length))
    );
  }).length;
}
