import type { Config } from "./config/schema";
import { type ContractsPlan, contracts } from "./contracts";
import { network } from "./network";

/**
 * The network, its contracts and the release to Auto Scaling Groups in one graph. Only contracts on the chain of this network
 * wait for the network: those whose RPC URL is an output of the network, and with a health gate all of them. The release waits
 * for nothing.
 */
export async function full(config: Config, plan: ContractsPlan) {
  const { outputs, health, clustersRequested } = await network(config);
  const { chainId } = config.network;
  return {
    ...outputs,
    ...contracts(plan, { chainId, regions: outputs.regions, health, clustersRequested }),
    ...(await release(config.rolling)),
  };
}

async function release(config: Config["rolling"]): Promise<object> {
  if (config === undefined) {
    return {};
  }
  // The SDKs of EC2 and Auto Scaling are loaded only for a release.
  const { rolling } = require("./rolling") as typeof import("./rolling");
  return rolling(config);
}
