import { acrossRegions } from "./across-regions";
import { ConfigError } from "./config-error";
import { acrossContracts } from "./contracts/across-contracts";
import { issueFindings } from "./issue-findings";
import { type Config, configSchema } from "./schema";

/**
 * Reads the config of a stack.
 *
 * @param values by key without `chainfleet:`, as Pulumi passes them: text, which is JSON for a structured value.
 * @param file the stack's config file, for messages.
 * @throws ConfigError with every finding.
 */
export function readConfig(values: Readonly<Record<string, string>>, file: string): Config {
  const unchecked = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, parsed(value)]));
  const result = configSchema.safeParse(unchecked);
  const findings = [
    ...(result.success ? [] : issueFindings(result.error.issues, unchecked)),
    ...(unchecked.stack === "contracts" ? [] : acrossRegions(unchecked.regions ?? [])),
    ...acrossContracts(unchecked),
  ];
  if (!result.success || findings.length > 0) {
    throw new ConfigError(findings, file);
  }
  return result.data;
}

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
