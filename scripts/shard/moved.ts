import { ChainfleetError } from "../../components/error";
import { isSharded } from "../../stacks/config/written/shard-name";
import { stackFile } from "../../stacks/config/written/written-config";
import type { State } from "../engine/state";
import { hasNetwork, isMoved } from "./plan";

/**
 * Checks that the regions' resources are where the config says. The engine deletes whatever is in a state and not in the
 * program, and `destroy` runs no program that could refuse.
 *
 * @param stackName the stack of a network.
 * @throws ChainfleetError `SHARDING_CHANGED`.
 */
export function requireMoved(stackName: string, state: State): void {
  const sharded = isSharded(stackName);
  if (!hasNetwork(state) || isMoved(state) === sharded) {
    return;
  }
  throw new ChainfleetError({
    code: "SHARDING_CHANGED",
    summary: sharded
      ? `${stackFile(stackName)} says sharding: region, but the regions' resources are in the stack "${stackName}". Nothing was changed.`
      : `${stackFile(stackName)} does not say sharding: region, but the regions' resources are in stacks of their own. Nothing was changed.`,
    next: `Move the resources between the states first, which changes none of them: chainfleet shard${sharded ? "" : " --undo"} --stack ${stackName}`,
  });
}
