/** The stack's config as the engine hands it to dynamic providers, secrets in plain text. */
interface StackConfig {
  get(key: string): string | undefined;
}

let config: StackConfig | undefined;

/** Keeps the config for this process, where every dynamic provider runs. */
export function rememberConfig(given: StackConfig): void {
  config = given;
}

/** A key of the config, which so needs to be no input of a resource. @param name among `chainfleet:keys` */
export function configSecret(name: string): string | undefined {
  const keys = JSON.parse(config?.get("keys") ?? "{}") as Readonly<Record<string, string>>;
  return keys[name];
}
