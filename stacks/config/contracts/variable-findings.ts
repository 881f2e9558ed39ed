import { accountOf, type ConfigSecret } from "../../../components/contracts/sender/sender";
import { environmentVariable, variablesIn } from "../../../components/environment";
import { ChainfleetError } from "../../../components/error";
import type { Finding } from "../../../components/finding";
import { ConfigError } from "../config-error";
import type { Config } from "../schema";
import { senderOf } from "./contract-plan";
import { type ContractsChainConfig, type ContractsConfig, chainConfigKey } from "./contracts-schema";

/**
 * Checks that every environment variable named in the config is set, and that each sender's private key exists and
 * belongs to the sender's address. Opens keystores, which takes about a second each. Run before anything is created;
 * a preview needs neither variables nor keys.
 *
 * @param keys the private keys under `chainfleet:keys`.
 * @returns a finding for each variable or key that is missing or wrong. No finding contains a variable's value or a key.
 */
export async function variableFindings(
  { chains }: ContractsConfig,
  keys: Config["keys"],
): Promise<Finding[]> {
  const sendersOfChains = await Promise.all(
    Object.entries(chains).map(([name, chain]) =>
      senderFindings(chainConfigKey(name), chain, (keyName) => keys[keyName]),
    ),
  );
  return [
    ...findingsOf(chains, (key, chain) => [...endpointFindings(key, chain), ...explorerFindings(key, chain)]),
    ...sendersOfChains.flat(),
  ];
}

/** Checks that the variables named in the RPC URLs of the chains are set. @throws ConfigError */
export function requireEndpointVariables(chains: ContractsConfig["chains"], file: string): void {
  throwIfAny(findingsOf(chains, endpointFindings), file);
}

/** Checks that the variables named in the explorers of the chains are set. @throws ConfigError */
export function requireExplorerVariables(chains: ContractsConfig["chains"], file: string): void {
  throwIfAny(findingsOf(chains, explorerFindings), file);
}

function throwIfAny(findings: readonly Finding[], file: string): void {
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}

function findingsOf(
  chains: ContractsConfig["chains"],
  findingsOfChain: (key: string, chain: ContractsChainConfig) => Finding[],
): Finding[] {
  return Object.entries(chains).flatMap(([name, chain]) => findingsOfChain(chainConfigKey(name), chain));
}

function endpointFindings(key: string, { rpcUrl = "" }: ContractsChainConfig): Finding[] {
  return unsetVariables(`${key}.rpcUrl`, variablesIn(rpcUrl));
}

function explorerFindings(key: string, { explorers }: ContractsChainConfig): Finding[] {
  return explorers.flatMap(({ url = "", apiKey = "" }, index) =>
    unsetVariables(`${key}.explorers[${index}]`, [...variablesIn(url), ...variablesIn(apiKey)]),
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
    const { summary, next } = error;
    return [
      {
        key: `${key}.sender.${KEY_SOURCE_FIELDS[sender.key.kind]}`,
        problem: `cannot be used: ${next === undefined ? summary : `${summary} ${next}`}`,
      },
    ];
  }
}

/** The field of the config's sender that each kind of key source comes from. */
const KEY_SOURCE_FIELDS = { variable: "keyVariable", keystore: "keystore", config: "keySecret" } as const;

function unsetVariables(key: string, variables: readonly string[]): Finding[] {
  return variables
    .filter((variable) => environmentVariable(variable) === undefined)
    .map((variable) => ({
      key,
      problem: `names the environment variable ${variable}, which is not set in the environment or in .env`,
    }));
}
