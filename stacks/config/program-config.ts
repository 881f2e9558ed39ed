import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";
import { ConfigError } from "./config-error";
import { readConfig } from "./read";
import type { Config } from "./schema";
import { PLAIN_TEXT_KEYS, PLAIN_TEXT_RECEIVER } from "./written/plain-text";
import { requireSameSettings, shardConfig } from "./written/shard-config";
import { type ShardName, shardNameOf } from "./written/shard-name";

/** The config with which a program runs. */
export type ProgramConfig = Config & {
  /** The region, if the program's stack is for a single region. The config is then the config of the network's stack. */
  readonly shard?: ShardName;
};

/**
 * Reads the config of the stack for which this Pulumi program runs.
 *
 * @param file the stack's config file, for messages.
 * @throws ConfigError with every finding, or if a secret is stored in plain text.
 */
export function programConfig(file: string): ProgramConfig {
  const shard = shardNameOf(pulumi.getStack());
  if (shard !== undefined) {
    requireSameSettings(shard, allConfig());
    return { ...shardConfig(shard), shard };
  }
  const config = readConfig(projectValues(), file);
  refusePlainText(config, file);
  return config;
}

/** The config values of this project, by key without the project's prefix. */
function projectValues(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** The engine stores the config in the state, and stores every value that is not a secret in plain text. */
function refusePlainText({ keys, monitoring }: Config, file: string): void {
  // The language host lists the secret keys in this variable; the SDK has no function for them.
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as readonly string[];
  const isPlain = (key: string) => !secrets.includes(`${pulumi.getProject()}:${key}`);
  const findings = [
    ...(Object.keys(keys).length > 0 && isPlain("keys") ? [PLAIN_TEXT_KEYS] : []),
    ...(monitoring?.receiver !== undefined && isPlain("monitoring") ? [PLAIN_TEXT_RECEIVER] : []),
  ];
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}
