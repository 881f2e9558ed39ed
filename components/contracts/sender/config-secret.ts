/** The stack's config as the engine hands it to dynamic providers, with secrets in plain text. */
interface StackConfig {
  get(key: string): string | undefined;
}

let config: StackConfig | undefined;

/** Keeps the config for this process, in which every dynamic provider runs. */
export function rememberConfig(stackConfig: StackConfig): void {
  config = stackConfig;
}

/**
 * A private key from the config. Reading the key here keeps it out of every resource's inputs.
 *
 * @param name among `chainfleet:keys`
 */
export function configSecret(name: string): string | undefined {
  const keys = JSON.parse(config?.get("keys") ?? "{}") as Readonly<Record<string, string>>;
  return keys[name];
}
