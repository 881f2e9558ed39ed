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
  const findings = Object.entries(chains).flatMap(([name, chain]) =>
    chainFindings(`contracts.chains.${name}`, chain),
  );
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}

function chainFindings(key: string, { rpcUrl = "", sender, explorers }: ContractsChainConfig): Finding[] {
  const named: (readonly [key: string, variable: string])[] = [
    ...variablesIn(rpcUrl).map((variable) => [`${key}.rpcUrl`, variable] as const),
    ...explorers.flatMap(({ url = "", apiKey = "" }, index) =>
      [...variablesIn(url), ...variablesIn(apiKey)].map(
        (variable) => [`${key}.explorers[${index}]`, variable] as const,
      ),
    ),
    ...(sender.passwordVariable === undefined
      ? []
      : [[`${key}.sender.passwordVariable`, sender.passwordVariable] as const]),
    ...(sender.keyVariable === undefined ? [] : [[`${key}.sender.keyVariable`, sender.keyVariable] as const]),
  ];
  const missing = named
    .filter(([, variable]) => environmentVariable(variable) === undefined)
    .map(([where, variable]) => ({
      key: where,
      problem: `names the environment variable ${variable}, which is not set (nor in .env)`,
    }));
  if (sender.keystore !== undefined && !existsSync(sender.keystore)) {
    missing.push({
      key: `${key}.sender.keystore`,
      problem: `is "${sender.keystore}", which is no file here`,
    });
  }
  return [...missing, ...keyFindings(key, sender)];
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
