/**
 * The arguments of a provider that is configured as the stack's own provider of a package: an explicit provider reads none of
 * the stack's settings by itself.
 *
 * @param config the stack's settings as the engine passes them, by full key. @example {"azure-native:tenantId": "…"}
 */
export function settingsOf(
  packageName: string,
  config: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const prefix = `${packageName}:`;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), parseSetting(value)]),
  );
}

/** Flags, lists and objects are JSON in a stack's config. Any other value, even one of digits, is text. */
function parseSetting(value: string): unknown {
  return /^(true|false|\[.*\]|\{.*\})$/s.test(value) ? JSON.parse(value) : value;
}
