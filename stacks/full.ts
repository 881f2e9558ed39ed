import type { Config } from "./config/schema";
import { type ContractsPlan, contracts } from "./contracts";
import { network } from "./network";

/**
 * The network and its contracts in one graph. Only contracts on a chain of this network wait for the network, because
 * their RPC URL is an output of the network.
 */
export async function full(config: Config, plan: ContractsPlan) {
  const outputs = await network(config);
  return { ...outputs, ...contracts(plan, outputs.regions) };
}
