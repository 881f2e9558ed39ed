import type { Config } from "./config/schema";

/**
 * Registers the resources of the stack that the config names. Only the modules which that stack needs are loaded, because
 * the clouds' SDKs take half a second to load.
 *
 * @param file the stack's config file, for messages.
 * @returns the stack's outputs.
 */
export async function buildStack(config: Config, file: string): Promise<object> {
  if (config.stack === "network" || config.contracts === undefined) {
    const { network } = require("./network") as typeof import("./network");
    return network(config);
  }
  const { contracts, planStack } = require("./contracts") as typeof import("./contracts");
  const plan = await planStack(config.contracts, config.keys, file);
  if (config.stack === "contracts") {
    return contracts(plan, []);
  }
  const { full } = require("./full") as typeof import("./full");
  return full(config, plan);
}
