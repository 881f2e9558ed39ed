import type { Finding } from "../../components/finding";
import { healthGateRules } from "./across/health-gate";
import { acrossMonitoring } from "./across/monitoring";
import { acrossRegions } from "./across/regions";
import { incompleteRollout } from "./across/rollout";
import { acrossShards } from "./across/shards";
import { acrossValidatorSelection } from "./across/validator-selection";
import { ConfigError } from "./config-error";
import { acrossContracts } from "./contracts/across-contracts";
import { issueFindings } from "./issue-findings";
import { acrossRolling } from "./rolling/across-rolling";
import { type Config, configSchema } from "./schema";
import { acrossStorage } from "./storage/across-storage";

/**
 * Reads the config of a stack.
 *
 * @param values by key without `chainfleet:`, as Pulumi passes them: text, which is JSON for a structured value.
 * @param file the stack's config file, for messages.
 * @throws ConfigError with every finding.
 */
export function readConfig(values: Readonly<Record<string, string>>, file: string): Config {
  const { config, findings } = examineConfig(values);
  if (config === undefined || findings.length > 0) {
    throw new ConfigError(findings, file);
  }
  return config;
}

/** The config with its defaults, as far as the schema accepts the values, and everything that is wrong with the values. */
export interface ExaminedConfig {
  readonly config: Config | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Finds everything that is wrong with the config of a stack. Pure.
 *
 * @param values as `readConfig` takes them.
 */
export function examineConfig(values: Readonly<Record<string, string>>): ExaminedConfig {
  const unchecked = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, parsed(value)]));
  const result = configSchema.safeParse(unchecked);
  const findings = [
    ...(result.success ? [] : issueFindings(result.error.issues, unchecked)),
    ...(STACKS_WITHOUT_REGIONS.includes(unchecked.stack)
      ? []
      : acrossRegions(unchecked.regions ?? [], unchecked.besu)),
    ...(STACKS_WITHOUT_REGIONS.includes(unchecked.stack) ? [] : incompleteRollout(unchecked)),
    ...(STACKS_WITHOUT_REGIONS.includes(unchecked.stack) ? [] : acrossValidatorSelection(unchecked)),
    ...acrossShards(unchecked),
    ...healthGateRules(unchecked),
    ...acrossContracts(unchecked),
    ...acrossRolling(unchecked),
    ...acrossStorage(unchecked),
    ...acrossMonitoring(unchecked),
  ];
  return { config: result.data, findings: findings.filter(isFirst) };
}

/** Two regions of one name have the same problems with a third region. */
function isFirst({ key, problem }: Finding, index: number, all: readonly Finding[]): boolean {
  return all.findIndex((other) => other.key === key && other.problem === problem) === index;
}

const STACKS_WITHOUT_REGIONS: readonly unknown[] = ["contracts", "rolling", "storage"];

/** Text that is no JSON object or list is the value itself. */
function parsed(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
