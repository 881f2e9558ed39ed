import type { ProgramConfig } from "./config/program-config";
import { modeOf, requireModeOfShards } from "./order/mode";
import { ordered } from "./order/ordered";
import { wavesOf } from "./order/waves";
import { enforcePolicies } from "./policies";

/**
 * Registers the resources of the stack that the config names. Only the modules which that stack needs are loaded, because
 * the clouds' SDKs take half a second to load.
 *
 * @param file the stack's config file, for messages.
 * @returns the stack's outputs.
 */
export async function buildStack(config: ProgramConfig, file: string): Promise<object> {
  const mode = modeOf(process.env);
  enforcePolicies(config.policies, [
    ...config.regions.map(({ name }) => name),
    ...Object.keys(config.contracts?.chains ?? {}),
  ]);
  if (config.sharding === "region") {
    requireModeOfShards(mode);
  }
  if (config.shard !== undefined) {
    const { shard } = require("./shards/shard") as typeof import("./shards/shard");
    return shard(config, config.shard);
  }
  if (config.stack === "rolling" && config.rolling !== undefined) {
    const { rolling } = require("./rolling") as typeof import("./rolling");
    return rolling(config.rolling);
  }
  if (config.stack === "storage" && config.storage !== undefined) {
    const { storage } = require("./storage") as typeof import("./storage");
    return storage(config.storage);
  }
  const order = { mode, regions: config.regions.map(({ name }) => name), waves: wavesOf(config) };
  if (config.stack === "network" || config.contracts === undefined) {
    const { network } = require("./network") as typeof import("./network");
    return ordered(order, async () => (await network(config)).outputs);
  }
  const { contracts, planStack, warnOfLostOwners } = require("./contracts") as typeof import("./contracts");
  const plan = await planStack(config.contracts, config.keys, file);
  const { full } = require("./full") as typeof import("./full");
  const outputs =
    config.stack === "contracts"
      ? contracts(plan, undefined)
      : await ordered(order, () => full(config, plan));
  await warnOfLostOwners(plan);
  return outputs;
}
