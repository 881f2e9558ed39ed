import { removalRefusal } from "../../components/besu/votes/removal";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import type { ChainfleetError } from "../../components/error";
import type { State } from "../engine/state";
import { nameOf, validatorName } from "../run/resource-names";

/**
 * Why the stacks of removed regions may not be deleted: the chain would lose its quorum. They are deleted before the network's
 * stack runs, whose program would refuse the config.
 *
 * @param network the state of the network's stack.
 * @param removed the names of the regions that the config no longer has.
 */
export function refusalOfRemoval(
  { resources = [] }: State,
  removed: readonly string[],
): ChainfleetError | undefined {
  const genesis = resources.find(({ type }) => type === `${DYNAMIC_TYPE_PREFIX}Genesis`);
  const voters: unknown = genesis?.outputs?.["genesisValidators"];
  if (!Array.isArray(voters) || removed.length === 0) {
    return undefined;
  }
  const keys = resources.filter(({ type }) => type === `${DYNAMIC_TYPE_PREFIX}ValidatorKey`);
  const names = new Map(
    keys.map(({ urn, outputs }) => [outputs?.["address"], nameOf(urn).replace(/-node-key$/, "")]),
  );
  const isKept = (name: string) =>
    [...names.values()].includes(name) &&
    !removed.some((region) => name === validatorName(region, Number(/\d+$/.exec(name)?.[0])));
  return removalRefusal(voters.map((address: string) => names.get(address) ?? address).sort(), isKept);
}
