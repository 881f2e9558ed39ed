import type { Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import type { ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { constructorParameters, hasPayableConstructor } from "../definitions/parameters";
import { strategyOf } from "../deployment/strategies";
import { argumentFindings } from "./argument-findings";
import { type CheckedContext, untypedArgumentFindings } from "./reference-findings";

/**
 * Everything that is wrong with one contract by itself. The arguments of a contract without a source are not checked,
 * because its parameters are unknown.
 */
export function contractFindings(
  chain: ChainDefinition,
  definition: ContractDefinition,
  context: CheckedContext,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const { args, method, value, configKey } = definition;
  const artifact = artifacts.get(definition.contract);
  if (artifact === undefined) {
    return [
      unknownSource(definition, [...artifacts.keys()]),
      ...untypedArgumentFindings(`${configKey}.args`, args, context),
    ];
  }
  if (!strategyOf(method).createsContract) {
    return existingFindings(definition, artifact);
  }
  if (artifact.creationCode === "0x") {
    return [
      {
        key: configKey,
        problem: `cannot be deployed: ${definition.contract} is an interface or an abstract contract`,
      },
    ];
  }
  return [
    ...libraryFindings(chain, definition, artifact),
    ...(value > 0n && !hasPayableConstructor(artifact.abi)
      ? [
          {
            key: `${configKey}.value`,
            problem: `is ${value}; the constructor of ${definition.contract} is not payable, so that it would revert`,
          },
        ]
      : []),
    ...argumentFindings(`${configKey}.args`, constructorParameters(artifact.abi), args, context),
  ];
}

/** The code of an existing contract is compared with that of its source, which an interface does not have. */
function existingFindings(
  { configKey, contract, method }: ContractDefinition,
  artifact: Artifact,
): Finding[] {
  return artifact.creationCode === "0x" && method.kind === "existing" && method.codeHash === undefined
    ? [
        {
          key: `${configKey}.codeHash`,
          problem: `is missing; ${contract} is an interface or an abstract contract, whose code the existing contract cannot be compared with`,
        },
      ]
    : [];
}

/** Libraries that the contract calls and that the chain does not get. */
function libraryFindings(
  { name: chain, contracts }: ChainDefinition,
  { configKey, contract }: ContractDefinition,
  { libraries }: Artifact,
): Finding[] {
  return libraries
    .filter((library) => !contracts.some((other) => other.contract === library.name))
    .map(({ name, source }) => ({
      key: configKey,
      problem: `needs the library ${name} (${source}), which ${contract} calls and which is deployed by itself: add it to the contracts of ${chain}, \`${name}: {}\``,
    }));
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
