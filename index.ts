import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";
import { ChainfleetError } from "./components/error";
import { ConfigError } from "./stacks/config/config-error";
import { readConfig } from "./stacks/config/read";
import type { Config } from "./stacks/config/schema";
import { settled } from "./stacks/outputs";

// The SDK takes a stack trace for every Output; translating each into TypeScript positions would be a sixth of
// the time of a run that changes nothing. Only a stack that is going to be shown is translated.
const translate = Error.prepareStackTrace;
Reflect.deleteProperty(Error, "prepareStackTrace");
process.setSourceMapsEnabled(false);

// It also keeps the stack of each registration in the state: a fifth of what the engine writes anew at every step.
Object.assign(pulumi.Resource, { stackTrace: () => [] });

export = async () => {
  try {
    const file = `Pulumi.${pulumi.getStack()}.yaml`;
    const config = readConfig(configOfStack(), file);
    requireSecretKeys(config, file);
    return await settled(await stackOf(config, file));
  } catch (error) {
    if (error instanceof ChainfleetError) {
      // Shown without a stack; and for a large program translating one takes a quarter of a minute.
      throw new pulumi.RunError(error.message);
    }
    process.setSourceMapsEnabled(true);
    Error.prepareStackTrace = translate as typeof Error.prepareStackTrace;
    throw error;
  }
};

/** Makes the stack that the config names. Loads no more than that needs: the SDKs of the clouds take half a second. */
async function stackOf(config: Config, file: string): Promise<object> {
  if (config.stack === "network" || config.contracts === undefined) {
    const { network } = require("./stacks/network") as typeof import("./stacks/network");
    return network(config);
  }
  const { contracts, planStack } = require("./stacks/contracts") as typeof import("./stacks/contracts");
  const plan = await planStack(config.contracts, config.keys, file);
  if (config.stack === "contracts") {
    return contracts(plan, []);
  }
  const { full } = require("./stacks/full") as typeof import("./stacks/full");
  return full(config, plan);
}

/** The engine keeps the config in the state: as text, what is no secret. */
function requireSecretKeys({ keys }: Config, file: string): void {
  // The language host names them; the SDK has no function for it.
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

/** The keys under `chainfleet:`, without that prefix. */
function configOfStack(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
