import { getAddress, type Hex } from "viem";
import type { Artifact } from "../../components/contracts/build/artifact";
import type {
  CallDefinition,
  ChainDefinition,
  ContractDefinition,
} from "../../components/contracts/definitions/definitions";
import type { Arguments } from "../../components/contracts/definitions/parameters";
import { type PlannedChain, planContracts } from "../../components/contracts/plan/plan";
import type { Sender } from "../../components/contracts/sender/sender";
import type { Finding } from "../../components/finding";
import { ConfigError } from "./config-error";
import type { ContractsChainConfig, ContractsConfig } from "./contracts";

/**
 * The plan of what the config describes.
 *
 * @param others findings to be told together with those of the plan.
 * @throws ConfigError with them, and every wrong name and argument.
 */
export function planOf(
  config: ContractsConfig,
  artifacts: ReadonlyMap<string, Artifact>,
  others: readonly Finding[],
  file: string,
): readonly PlannedChain[] {
  const plan = planContracts(
    Object.entries(config.chains).map(([name, chain]) => definition(name, chain, config.salt)),
    artifacts,
  );
  const { findings = [] } = plan;
  if (plan.findings !== undefined || others.length > 0) {
    throw new ConfigError([...findings, ...others], file);
  }
  return plan.chains;
}

/** The sender of a chain with the one source of its key; the schema has made sure that there is one. */
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

function definition(name: string, chain: ContractsChainConfig, salt: string): ChainDefinition {
  return {
    name,
    sender: getAddress(chain.sender.address),
    contracts: Object.entries(chain.contracts).map(
      ([contractName, contract]): ContractDefinition => ({
        name: contractName,
        contract: contract.contract ?? contractName,
        args: contract.args as Arguments,
        method:
          contract.at !== undefined
            ? {
                kind: "existing",
                address: getAddress(contract.at),
                codeHash: contract.codeHash as Hex | undefined,
              }
            : contract.create === "create2"
              ? { kind: "create2", salt: contract.salt ?? salt }
              : { kind: "create" },
      }),
    ),
    calls: Object.entries(chain.calls).map(
      ([callName, call]): CallDefinition => ({
        ...call,
        name: callName,
        args: call.args as Arguments,
        done: { ...call.done, args: call.done.args as Arguments },
      }),
    ),
  };
}
