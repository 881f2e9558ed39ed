import { existsSync } from "node:fs";
import { type Address, isHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { environmentVariable, variablesIn } from "../../components/environment";
import type { Finding } from "../../components/finding";
import { ConfigError } from "./config-error";
import type { ContractsChainConfig, ContractsConfig } from "./contracts";

/**
 * Makes sure that every environment variable that the config names is set, and every key among them is one. Asked
 * before anything is created; a preview needs none of them.
 *
 * @throws ConfigError with all that are missing; never with a value.
 */
export function requireVariables({ chains }: ContractsConfig, file: string): void {
  requireOf(chains, file, (key, chain) => [
    ...endpointFindings(key, chain),
    ...explorerFindings(key, chain),
    ...senderFindings(key, chain),
  ]);
}

/** As `requireVariables`, of the chains' endpoints alone. @throws ConfigError */
export function requireEndpointVariables(chains: ContractsConfig["chains"], file: string): void {
  requireOf(chains, file, endpointFindings);
}

/** As `requireVariables`, of the chains' explorers alone. @throws ConfigError */
export function requireExplorerVariables(chains: ContractsConfig["chains"], file: string): void {
  requireOf(chains, file, explorerFindings);
}

function requireOf(
  chains: ContractsConfig["chains"],
  file: string,
  findingsOf: (key: string, chain: ContractsChainConfig) => Finding[],
): void {
  const findings = Object.entries(chains).flatMap(([name, chain]) =>
    findingsOf(`contracts.chains.${name}`, chain),
  );
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}

function endpointFindings(key: string, { rpcUrl = "" }: ContractsChainConfig): Finding[] {
  return missing(`${key}.rpcUrl`, variablesIn(rpcUrl));
}

function explorerFindings(key: string, { explorers }: ContractsChainConfig): Finding[] {
  return explorers.flatMap(({ url = "", apiKey = "" }, index) =>
    missing(`${key}.explorers[${index}]`, [...variablesIn(url), ...variablesIn(apiKey)]),
  );
}

function senderFindings(key: string, { sender }: ContractsChainConfig): Finding[] {
  const { passwordVariable, keyVariable, keystore } = sender;
  return [
    ...missing(`${key}.sender.passwordVariable`, passwordVariable === undefined ? [] : [passwordVariable]),
    ...missing(`${key}.sender.keyVariable`, keyVariable === undefined ? [] : [keyVariable]),
    ...(keystore === undefined || existsSync(keystore)
      ? []
      : [{ key: `${key}.sender.keystore`, problem: `is "${keystore}", which is no file here` }]),
    ...keyFindings(key, sender),
  ];
}

function missing(key: string, variables: readonly string[]): Finding[] {
  return variables
    .filter((variable) => environmentVariable(variable) === undefined)
    .map((variable) => ({
      key,
      problem: `names the environment variable ${variable}, which is not set (nor in .env)`,
    }));
}

/** A wrong key is found here, and not by each of the resources that would sign with it. */
function keyFindings(key: string, { keyVariable, address }: ContractsChainConfig["sender"]): Finding[] {
  const privateKey = keyVariable === undefined ? undefined : environmentVariable(keyVariable);
  if (privateKey === undefined) {
    return [];
  }
  const named = `names the environment variable ${keyVariable}, which has`;
  const where = `${key}.sender.keyVariable`;
  const owner = ownerOf(privateKey);
  if (owner === undefined) {
    return [{ key: where, problem: `${named} no private key (0x and 64 hex digits)` }];
  }
  return owner.toLowerCase() === address.toLowerCase()
    ? []
    : [{ key: where, problem: `${named} the key of ${owner}; sender.address is ${address}` }];
}

/** The account of a private key; undefined if it is none. */
function ownerOf(privateKey: string): Address | undefined {
  try {
    return isHex(privateKey) ? privateKeyToAddress(privateKey) : undefined;
  } catch {
    return undefined;
  }
}
