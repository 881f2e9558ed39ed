import type { Config } from "./config/schema";
import { type ContractsPlan, contracts } from "./contracts";
import { network } from "./network";

/** The network and its contracts in one graph: neither waits for the other but where an endpoint is the network's. */
export async function full(config: Config, plan: ContractsPlan) {
  const outputs = await network(config);
  return { ...outputs, ...contracts(plan, outputs.regions) };
}
