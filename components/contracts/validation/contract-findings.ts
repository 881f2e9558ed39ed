import { entriesAt, type Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import { type ChainDefinition, type ContractDefinition, contractConfigKey } from "../definitions/definitions";
import { constructorParameters } from "../definitions/parameters";
import { argumentFindings } from "./argument-findings";
import { type ContractNames, referenceFindings } from "./reference-findings";

/**
 * Everything that is wrong with one contract, as far as it can be seen without the chains' order: a contract whose
 * source is not there has no arguments to judge.
 */
export function contractFindings(
  chain: ChainDefinition,
  { name, contract, args, method }: ContractDefinition,
  contracts: ContractNames,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const key = contractConfigKey(chain, name);
  const artifact = artifacts.get(contract);
  return [
    ...(artifact === undefined ? [unknownSource(key, name, contract, [...artifacts.keys()])] : []),
    ...entriesAt(`${key}.args`, args).flatMap(([at, value]) =>
      referenceFindings(at, value, chain.name, contracts),
    ),
    ...(artifact === undefined || method.kind === "existing"
      ? []
      : argumentFindings(`${key}.args`, constructorParameters(artifact.abi), args, {
          chain: chain.name,
          sender: chain.sender,
        })),
  ];
}

/** The name is the contract's own where the config has no key `contract`. */
function unknownSource(key: string, name: string, contract: string, known: readonly string[]): Finding {
  return contract === name
    ? {
        key,
        problem: `names no contract of contracts/src${suggestion(contract, known) || "; if the name is yours, the key contract has that of the source"}`,
      }
    : {
        key: `${key}.contract`,
        problem: `is "${contract}", which is no contract of contracts/src${suggestion(contract, known)}`,
      };
}
