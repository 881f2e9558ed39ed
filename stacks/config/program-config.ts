import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";
import { ConfigError } from "./config-error";
import { readConfig } from "./read";
import type { Config } from "./schema";

/**
 * The config of the stack that this Pulumi program runs for.
 *
 * @param file the stack's config file, for messages.
 * @throws ConfigError with everything that is wrong, private keys in plain text included.
 */
export function programConfig(file: string): Config {
  const config = readConfig(valuesOfProject(), file);
  refusePlainTextKeys(config, file);
  return config;
}

/** The values of the keys under `chainfleet:`, by key without that prefix. */
function valuesOfProject(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** The engine keeps the config in the state, and a value that is not a secret as plain text. */
function refusePlainTextKeys({ keys }: Config, file: string): void {
  // The language host lists the secret keys in this variable; the SDK has no function that does.
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as readonly string[];
  if (Object.keys(keys).length > 0 && !secrets.includes(`${pulumi.getProject()}:keys`)) {
    throw new ConfigError(
      [
        {
          key: "keys",
          problem:
            "are in plain text, and by now in Pulumi's history of this stack, too: make new keys, and set each with pulumi config set --secret --path",
        },
      ],
      file,
    );
  }
}
