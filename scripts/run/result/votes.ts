import type { Address } from "viem";
import { DYNAMIC_TYPE_PREFIX } from "../../../components/engine/dynamic-type";
import type { StateResource } from "../../engine/state";
import { nameOf, validatorName } from "../resource-names";

/**
 * How many of a region's validators have a vote on the chain, as far as a state tells: those whose keys are in the genesis
 * block. Pure.
 *
 * @returns undefined if the state has no genesis.
 */
export function votesIn(
  region: { readonly name: string; readonly validators: number },
  resources: readonly StateResource[],
): number | undefined {
  const genesis = resources.find(({ type }) => type === `${DYNAMIC_TYPE_PREFIX}Genesis`);
  const voters = genesis?.outputs?.genesisValidators;
  if (!Array.isArray(voters)) {
    return undefined;
  }
  const addresses = new Map(
    resources
      .filter(({ type }) => type === `${DYNAMIC_TYPE_PREFIX}ValidatorKey`)
      .map(({ urn, outputs }) => [nameOf(urn), outputs?.address as Address | undefined]),
  );
  return Array.from({ length: region.validators }, (_, index) =>
    addresses.get(`${validatorName(region.name, index)}-node-key`),
  ).filter((address) => voters.includes(address)).length;
}

/** A region's validators for the table of a run. @example "2", "2 full nodes, no vote yet", "2, 1 without a vote" */
export function validatorsText(validators: number, votes: number | undefined): string {
  if (votes === undefined || votes === validators) {
    return String(validators);
  }
  return votes === 0
    ? `${validators} full ${validators === 1 ? "node" : "nodes"}, no vote yet`
    : `${validators}, ${validators - votes} without a vote`;
}
