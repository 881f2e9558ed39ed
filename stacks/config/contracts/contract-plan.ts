import { getAddress, type Hex } from "viem";
import type { Artifact } from "../../../components/contracts/build/artifact";
import type {
  CallDefinition,
  ChainDefinition,
  ContractDefinition,
  DeploymentMethod,
} from "../../../components/contracts/definitions/definitions";
import type { Arguments } from "../../../components/contracts/definitions/parameters";
import { type PlannedChain, planContracts } from "../../../components/contracts/plan/plan";
import type { Sender } from "../../../components/contracts/sender/sender";
import type { Finding } from "../../../components/finding";
import { ConfigError } from "../config-error";
import { type ContractsChainConfig, type ContractsConfig, chainConfigKey } from "./contracts-schema";

/**
 * Plans the contracts and calls that the config describes.
 *
 * @param artifacts by the contract's name in contracts/src.
 * @param otherFindings findings to report together with those of the plan.
 * @throws ConfigError with `otherFindings` and every wrong name, reference and argument.
 */
export function planOf(
  config: ContractsConfig,
  artifacts: ReadonlyMap<string, Artifact>,
  otherFindings: readonly Finding[],
  file: string,
): readonly PlannedChain[] {
  const plan = planContracts(
    Object.entries(config.chains).map(([name, chain]) => chainDefinition(name, chain, config.salt)),
    artifacts,
  );
  if (plan.kind === "findings") {
    throw new ConfigError([...plan.findings, ...otherFindings], file);
  }
  if (otherFindings.length > 0) {
    throw new ConfigError(otherFindings, file);
  }
  return plan.chains;
}

/** The sender of a chain with the one source of its key. The schema refuses a sender without a source, or with two. */
export function senderOf({ sender }: ContractsChainConfig): Sender {
  const { keyVariable, keystore, passwordVariable = "", keySecret = "" } = sender;
  const key: Sender["key"] =
    keyVariable !== undefined
      ? { kind: "variable", variable: keyVariable }
      : keystore !== undefined
        ? { kind: "keystore", file: keystore, passwordVariable }
        : { kind: "config", name: keySecret };
  return { address: getAddress(sender.address), key };
}

function chainDefinition(name: string, chain: ContractsChainConfig, salt: string): ChainDefinition {
  return {
    name,
    sender: getAddress(chain.sender.address),
    limits: { codeBytes: chain.codeSizeLimit, initCodeBytes: chain.initCodeSizeLimit },
    contracts: Object.entries(chain.contracts).map(
      ([contractName, contract]): ContractDefinition => ({
        name: contractName,
        contract: contract.contract ?? contractName,
        args: contract.args as Arguments,
        method: deploymentMethod(contract, salt),
        value: BigInt(contract.value ?? 0),
        configKey: `${chainConfigKey(name)}.contracts.${contractName}`,
      }),
    ),
    calls: Object.entries(chain.calls).map(
      ([callName, call]): CallDefinition => ({
        ...call,
        name: callName,
        args: call.args as Arguments,
        value: BigInt(call.value ?? 0),
        done: { ...call.done, args: call.done.args as Arguments },
        configKey: `${chainConfigKey(name)}.calls.${callName}`,
      }),
    ),
  };
}

type ContractConfig = ContractsChainConfig["contracts"][string];

/** @param salt the salt of contracts whose config has no salt. */
function deploymentMethod(contract: ContractConfig, salt: string): DeploymentMethod {
  if (contract.at !== undefined) {
    return {
      kind: "existing",
      address: getAddress(contract.at),
      codeHash: contract.codeHash as Hex | undefined,
    };
  }
  return contract.create === "create2"
    ? { kind: "create2", salt: contract.salt ?? salt }
    : { kind: "create" };
}
