import { entriesAt, type Finding } from "../../components/finding";
import { fieldsOf } from "./outline";
import { type ExaminedConfig, examineConfig } from "./read";
import { PLAIN_TEXT_KEYS, PLAIN_TEXT_RECEIVER } from "./written/plain-text";
import { asText, isSecret, ownValues } from "./written/shard-config";
import type { WrittenConfig } from "./written/written-config";

/**
 * Finds what is wrong with the config of a stack as its file has it, without the engine. The values of encrypted secrets
 * are unknown, so nothing is found about them. Pure.
 *
 * @param written the config by full key.
 */
export function checkConfig(written: WrittenConfig): Finding[] {
  const values = ownValues(written);
  return [
    ...configAsWritten(written).findings,
    ...values.flatMap(([key, value]) => (key === "keys" && isPlainText(value) ? [PLAIN_TEXT_KEYS] : [])),
    ...values.flatMap(([key, value]) =>
      key === "monitoring" && hasPlainReceiver(value) ? [PLAIN_TEXT_RECEIVER] : [],
    ),
  ];
}

/**
 * The config of a stack as its file has it, with its defaults, and what is wrong with it. The values of encrypted secrets are
 * unknown; without the config, only because of them, there is no finding. Pure.
 *
 * @param written the config by full key.
 */
export function configAsWritten(written: WrittenConfig): ExaminedConfig {
  const values = ownValues(written);
  const secrets = values.flatMap(([key, value]) => secretsAt(key, value));
  const known = values.filter(([key]) => !KEPT_SECRET.has(key));
  const textOf = (list: typeof values) =>
    Object.fromEntries(list.map(([key, value]) => [key, asText(withoutSecrets(value))]));
  const { findings } = examineConfig(textOf(values));
  return {
    config: examineConfig(textOf(known)).config,
    findings: findings.filter(({ key }) => !secrets.some((secret) => isWithin(key, secret))),
  };
}

/** The keys whose values are secrets, which the schema would refuse in their encrypted form. */
const KEPT_SECRET: ReadonlySet<string> = new Set(["keys"]);

/** What stands in for a secret. No finding about it is reported. */
const UNKNOWN = "(secret)";

function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) {
    return UNKNOWN;
  }
  if (Array.isArray(value)) {
    return value.map(withoutSecrets);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutSecrets(entry)]))
    : value;
}

/** The keys of the secrets in a value, as findings name keys. @example ["keys.deployer"] */
function secretsAt(key: string, value: unknown): string[] {
  if (isSecret(value)) {
    return [key];
  }
  return typeof value === "object" && value !== null
    ? entriesAt(key, value).flatMap(([inner, entry]) => secretsAt(inner, entry))
    : [];
}

function isWithin(key: string, secret: string): boolean {
  return key === secret || key.startsWith(`${secret}.`) || key.startsWith(`${secret}[`);
}

/** One encrypted key is enough for the engine to treat all of `keys` as a secret. */
function isPlainText(keys: unknown): boolean {
  return typeof keys === "object" && keys !== null && Object.keys(keys).length > 0
    ? secretsAt("", keys).length === 0
    : typeof keys === "string";
}

function hasPlainReceiver(monitoring: unknown): boolean {
  return typeof fieldsOf(monitoring)["receiver"] === "string";
}
