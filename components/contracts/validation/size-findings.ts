import { type Hex, size } from "viem";
import type { Finding } from "../../finding";
import type { Artifact } from "../build/artifact";
import type { ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { strategyOf } from "../deployment/strategies";

/**
 * What is too long for the chain. Nodes answer too long init code without saying so (Besu: "Internal error"), and a
 * creation with too long runtime code is reverted without a reason after it was paid for.
 *
 * @param encodedArguments the constructor's arguments, which are a part of the init code.
 */
export function sizeFindings(
  { limits }: ChainDefinition,
  { configKey, method, contract }: ContractDefinition,
  { creationCode, runtimeCode }: Artifact,
  encodedArguments: Hex,
): Finding[] {
  if (!strategyOf(method).createsContract) {
    return [];
  }
  const initBytes = size(creationCode) + size(encodedArguments);
  const runtimeBytes = size(runtimeCode);
  return [
    ...(runtimeBytes <= limits.codeBytes
      ? []
      : [
          {
            key: configKey,
            problem: `creates ${contract} with ${grouped(runtimeBytes)} bytes of code; the chain stores at most ${grouped(limits.codeBytes)} (EIP-170). Split the contract, let the compiler optimize for size, or set the chain's codeSizeLimit if the chain stores more`,
          },
        ]),
    ...(initBytes <= limits.initCodeBytes
      ? []
      : [
          {
            key: configKey,
            problem: `creates ${contract} with ${grouped(initBytes)} bytes of init code, which are the creation code and its arguments; the chain takes at most ${grouped(limits.initCodeBytes)} (EIP-3860). Split the contract, or set the chain's initCodeSizeLimit if the chain takes more`,
          },
        ]),
  ];
}

/** @example "24,576" */
function grouped(bytes: number): string {
  return bytes.toLocaleString("en-US");
}
