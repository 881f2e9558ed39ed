/** The stack's config as the engine hands it to dynamic providers, secrets in plain text. */
interface StackConfig {
  get(key: string): string | undefined;
}

let config: StackConfig | undefined;

/** Keeps the config for this process, where every dynamic provider runs. */
export function rememberConfig(given: StackConfig): void {
  config = given;
}

/** A secret of the config, which so needs to be no input of a resource. @param key under `chainfleet:` */
export function configSecret(key: string): string | undefined {
  return config?.get(key);
}
