import { existsSync } from "node:fs";
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
  const privateKey = sender.keyVariable === undefined ? undefined : environmentVariable(sender.keyVariable);
  return privateKey === undefined || /^0x[0-9a-fA-F]{64}$/.test(privateKey)
    ? missing
    : [
        ...missing,
        {
          key: `${key}.sender.keyVariable`,
          problem: `names the environment variable ${sender.keyVariable}, which has no private key (0x and 64 hex digits)`,
        },
      ];
}
