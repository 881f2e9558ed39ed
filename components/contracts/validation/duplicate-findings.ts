import type { Finding } from "../../finding";
import type { ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { strategyOf } from "../deployment/strategies";

/** A contract definition with what tells the contract apart from others of its chain. */
export interface IdentifiedContract {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
  readonly identity: string;
}

/** Contracts of one chain that would be the same contract: the chain shows no difference between them. */
export function duplicateFindings(contracts: readonly IdentifiedContract[]): Finding[] {
  const firstNames = new Map<string, string>();
  return contracts.flatMap(({ chain, definition: { name, method, configKey }, identity }) => {
    const key = `${chain.name} ${identity}`;
    const first = firstNames.get(key);
    firstNames.set(key, first ?? name);
    const { createsContract, isAddressPlanned } = strategyOf(method);
    return first === undefined || first === name || !createsContract
      ? []
      : [
          {
            key: configKey,
            problem: `is the same contract as ${first}, with the same arguments; give it a salt of its own${isAddressPlanned ? "" : ", and create: create2"}`,
          },
        ];
  });
}

/** Contracts and calls of a chain that have the same name: both are resources of one set. */
export function duplicateNameFindings({ contracts, calls }: ChainDefinition): Finding[] {
  const named = [...contracts, ...calls];
  return named.flatMap(({ name, configKey }, index) => {
    const first = named.findIndex((other) => other.name === name);
    return first === index
      ? []
      : [
          {
            key: configKey,
            problem: `has the name of ${named[first]?.configKey}; contracts and calls of a chain must have different names`,
          },
        ];
  });
}
