import { isDeepStrictEqual } from "node:util";
import { ChainfleetError } from "../../../components/error";
import { readConfig } from "../read";
import type { Config } from "../schema";
import { type ShardName, shardStackName } from "./shard-name";
import { stackFile, type WrittenConfig, writtenConfig } from "./written-config";

/**
 * The config of the stack of a region: what the config of the network's stack says about the network. The file is read as
 * it is written, without the help of the engine, so a region's stack needs no key that decrypts the secrets in it.
 *
 * @throws ConfigError with every finding.
 * @throws ChainfleetError `SHARD_UNKNOWN` if the network has no such region.
 */
export function shardConfig(name: ShardName): Config {
  const file = stackFile(name.parent);
  const values = ownValues(writtenConfig(name.parent))
    .filter(([key]) => !OF_THE_NETWORK_STACK.has(key))
    .map(([key, value]) => [key, asText(withoutReceiver(key, value))] as const);
  const config = readConfig(Object.fromEntries(values), file);
  if (config.regions.every((region) => region.name !== name.region)) {
    throw new ChainfleetError({
      code: "SHARD_UNKNOWN",
      summary: `The stack "${shardStackName(name)}" is for a region "${name.region}" of the stack "${name.parent}", but ${file} describes no such region. No resource was changed.`,
      next: `To delete what the region still has: chainfleet up --stack ${name.parent}`,
    });
  }
  return config;
}

const PREFIX = "chainfleet:";

/** The values of this project in the config of a stack, by key without `chainfleet:`. */
export function ownValues(config: WrittenConfig): (readonly [key: string, value: unknown])[] {
  return Object.entries(config)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value]);
}

/** The receiver of alerts is encrypted in the file. The stack of a region has it from the outputs of the network's stack. */
function withoutReceiver(key: string, value: unknown): unknown {
  if (key !== "monitoring" || typeof value !== "object" || value === null) {
    return value;
  }
  const { receiver: _receiver, ...monitoring } = value as Readonly<Record<string, unknown>>;
  return monitoring;
}

/** What is deployed with the network's own stack, and the keys for it, which only that stack can decrypt. */
const OF_THE_NETWORK_STACK: ReadonlySet<string> = new Set([
  "stack",
  "contracts",
  "rolling",
  "storage",
  "keys",
]);

/**
 * The settings of clouds' providers that every stack of the network must have, such as `azure-native:subscriptionId`: the
 * engine itself reads them from the file of each stack.
 */
export function providerSettings(config: WrittenConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith(PREFIX)));
}

/**
 * Checks that a region's stack has the same settings of providers as the network's stack. Otherwise its cluster would be
 * made in another subscription or account. Secret settings are not compared.
 *
 * @param settings the config of the region's stack as the engine passes it, by full key.
 * @throws ChainfleetError `SHARD_SETTINGS_DIFFER`.
 */
export function requireSameSettings(name: ShardName, settings: Readonly<Record<string, string>>): void {
  const [own, expected] = [settings, providerSettings(writtenConfig(name.parent))];
  const different = [...new Set([...Object.keys(own), ...Object.keys(expected)])].filter(
    (key) => !isSecret(expected[key]) && !isDeepStrictEqual(own[key], textOf(expected[key])),
  );
  if (different.length > 0) {
    const stack = shardStackName(name);
    throw new ChainfleetError({
      code: "SHARD_SETTINGS_DIFFER",
      summary: `${stackFile(stack)} and ${stackFile(name.parent)} differ in ${different.join(", ")}. No resource was changed.`,
      next: `Change only ${stackFile(name.parent)}. Then chainfleet up or chainfleet preview --stack ${name.parent} writes the files of the regions.`,
    });
  }
}

/** A value that the CLI has encrypted. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}

/** A value as Pulumi passes it to a program. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
