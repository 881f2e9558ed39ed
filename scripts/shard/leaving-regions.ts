import { validatorsAmong } from "../../stacks/shards/held-regions";
import { SHARD_OUTPUTS } from "../../stacks/shards/shard-inputs";
import type { State } from "../engine/state";
import { nameOf } from "../run/resource-names";

/** The stack of a region that exists. */
export interface ExistingShard {
  readonly region: string;
  /** False if the config no longer describes the region. */
  readonly isConfigured: boolean;
}

/**
 * The regions whose stacks have validators that they should not have any more, or that should not be there at all, as the network's
 * stack says: the chain counts on none of these. Pure.
 *
 * @param outputs of the network's stack.
 * @param stateOf the state of the stack of a region.
 */
export function leavingRegions<Of extends ExistingShard>(
  outputs: Readonly<Record<string, unknown>>,
  regions: readonly Of[],
  stateOf: (region: Of) => State,
): Of[] {
  const shared = outputs[SHARD_OUTPUTS.regions] as
    | Readonly<Record<string, { readonly validators?: readonly unknown[] }>>
    | undefined;
  if (shared === undefined) {
    return [];
  }
  return regions.filter((existing) => {
    const { region, isConfigured } = existing;
    const { validators } = shared[region] ?? {};
    if (!isConfigured) {
      return shared[region] === undefined;
    }
    return validators !== undefined && (validatorsIn(stateOf(existing), region) ?? 0) > validators.length;
  });
}

/** The number of validators, up to the last one, of which a region's stack has resources. */
function validatorsIn({ resources = [] }: State, region: string): number | undefined {
  return validatorsAmong(
    region,
    resources.filter(({ custom }) => custom === true).map(({ urn }) => nameOf(urn)),
  );
}
