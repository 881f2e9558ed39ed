import { entriesAt, type Finding } from "../../components/finding";
import { fieldsOf } from "./outline";
import { examineConfig } from "./read";
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
  const secrets = values.flatMap(([key, value]) => secretsAt(key, value));
  const { findings } = examineConfig(
    Object.fromEntries(values.map(([key, value]) => [key, asText(withoutSecrets(value))])),
  );
  return [
    ...findings.filter(({ key }) => !secrets.some((secret) => isWithin(key, secret))),
    ...values.flatMap(([key, value]) => (key === "keys" && isPlainText(value) ? [PLAIN_TEXT_KEYS] : [])),
    ...values.flatMap(([key, value]) =>
      key === "monitoring" && hasPlainReceiver(value) ? [PLAIN_TEXT_RECEIVER] : [],
    ),
  ];
}

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
