import { accountOf, type ConfigSecret } from "../../components/contracts/sender/sender";
import { environmentVariable, variablesIn } from "../../components/environment";
import { ChainfleetError } from "../../components/error";
import type { Finding } from "../../components/finding";
import { ConfigError } from "./config-error";
import { senderOf } from "./contract-plan";
import type { ContractsChainConfig, ContractsConfig } from "./contracts";
import type { Config } from "./schema";

/**
 * Looks whether every environment variable that the config names is set, and each sender's key is there and its own:
 * a keystore is opened for it. Asked before anything is created; a preview needs none of them.
 *
 * @returns all that are missing or wrong; never a value.
 */
export async function variableFindings(
  { chains }: ContractsConfig,
  keys: Config["keys"],
): Promise<Finding[]> {
  const senders = await Promise.all(
    Object.entries(chains).map(([name, chain]) => senderFindings(keyOf(name), chain, (key) => keys[key])),
  );
  return [
    ...findingsOf(chains, (key, chain) => [...endpointFindings(key, chain), ...explorerFindings(key, chain)]),
    ...senders.flat(),
  ];
}

/** Makes sure of the variables that the chains' endpoints name. @throws ConfigError */
export function requireEndpointVariables(chains: ContractsConfig["chains"], file: string): void {
  refuse(findingsOf(chains, endpointFindings), file);
}

/** Makes sure of the variables that the chains' explorers name. @throws ConfigError */
export function requireExplorerVariables(chains: ContractsConfig["chains"], file: string): void {
  refuse(findingsOf(chains, explorerFindings), file);
}

function refuse(findings: readonly Finding[], file: string): void {
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}

function findingsOf(
  chains: ContractsConfig["chains"],
  ofChain: (key: string, chain: ContractsChainConfig) => Finding[],
): Finding[] {
  return Object.entries(chains).flatMap(([name, chain]) => ofChain(keyOf(name), chain));
}

function keyOf(chain: string): string {
  return `contracts.chains.${chain}`;
}

function endpointFindings(key: string, { rpcUrl = "" }: ContractsChainConfig): Finding[] {
  return missing(`${key}.rpcUrl`, variablesIn(rpcUrl));
}

function explorerFindings(key: string, { explorers }: ContractsChainConfig): Finding[] {
  return explorers.flatMap(({ url = "", apiKey = "" }, index) =>
    missing(`${key}.explorers[${index}]`, [...variablesIn(url), ...variablesIn(apiKey)]),
  );
}

async function senderFindings(
  key: string,
  chain: ContractsChainConfig,
  secret: ConfigSecret,
): Promise<Finding[]> {
  const sender = senderOf(chain);
  try {
    await accountOf(sender, secret);
    return [];
  } catch (error) {
    if (!(error instanceof ChainfleetError)) {
      throw error;
    }
    return [
      {
        key: `${key}.sender.${SOURCE_KEYS[sender.key.kind]}`,
        problem: `cannot be used: ${error.message.replaceAll("\n", " ")}`,
      },
    ];
  }
}

const SOURCE_KEYS = { variable: "keyVariable", keystore: "keystore", config: "keySecret" } as const;

function missing(key: string, variables: readonly string[]): Finding[] {
  return variables
    .filter((variable) => environmentVariable(variable) === undefined)
    .map((variable) => ({
      key,
      problem: `names the environment variable ${variable}, which is not set (nor in .env)`,
    }));
}
