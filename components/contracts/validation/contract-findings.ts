import { entriesAt, type Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import type { ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { constructorParameters } from "../definitions/parameters";
import { strategyOf } from "../deployment/strategies";
import { argumentFindings } from "./argument-findings";
import { type ContractNames, referenceFindings } from "./reference-findings";

/**
 * Everything that is wrong with one contract by itself. The arguments of a contract without a source are not checked,
 * because its parameters are unknown.
 */
export function contractFindings(
  chain: ChainDefinition,
  definition: ContractDefinition,
  contracts: ContractNames,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const { args, method, configKey } = definition;
  const artifact = artifacts.get(definition.contract);
  return [
    ...(artifact === undefined ? [unknownSource(definition, [...artifacts.keys()])] : []),
    ...entriesAt(`${configKey}.args`, args).flatMap(([key, value]) =>
      referenceFindings(key, value, chain.name, contracts),
    ),
    ...(artifact === undefined || !strategyOf(method).createsContract
      ? []
      : argumentFindings(`${configKey}.args`, constructorParameters(artifact.abi), args, {
          chain: chain.name,
          sender: chain.sender,
        })),
  ];
}

/** The name of the source is the contract's own name unless the config has the key `contract`. */
function unknownSource(
  { configKey, name, contract }: ContractDefinition,
  sources: readonly string[],
): Finding {
  return contract === name
    ? {
        key: configKey,
        problem: `names no contract of contracts/src${suggestion(contract, sources) || "; if the name is your own, give the name of the source in the key contract"}`,
      }
    : {
        key: `${configKey}.contract`,
        problem: `is "${contract}", which is no contract of contracts/src${suggestion(contract, sources)}`,
      };
}
