import { formatEther, formatGwei } from "viem";
import { build } from "../../components/contracts/build/build";
import { type ChainCost, estimateChain } from "../../components/contracts/estimate";
import { readFromEndpoint } from "../../components/contracts/rpc/endpoint";
import { PROJECT_ROOT } from "../../components/root";
import { planOf, senderOf } from "../../stacks/config/contract-plan";
import type { ContractsChainConfig } from "../../stacks/config/contracts-schema";
import { requireEndpointVariables } from "../../stacks/config/variable-findings";
import { EngineCommand } from "../engine/command";
import { contractsConfig } from "../engine/config";
import { tableOf } from "../table";
import { endpointOf } from "./network-endpoint";

/**
 * `chainfleet contracts gas`: what `up` would still send on each chain, its gas, what that costs at the chain's
 * present fee and at most, and whether the sender can pay for it. Sends nothing and needs no key.
 *
 * @returns the process' exit code: 1 if a sender has too little, or a transaction would be reverted.
 */
export async function gas({ stack, json }: { stack: string; json: boolean }): Promise<number> {
  const file = `Pulumi.${stack}.yaml`;
  const command = new EngineCommand();
  const config = await contractsConfig(stack, command);
  requireEndpointVariables(config.chains, file);
  const built = await build(PROJECT_ROOT, (line) => process.stderr.write(`${line}\n`));
  const plans = planOf(config, built.artifacts, [], file);
  const costs = await Promise.all(
    plans.map(async (plan) => {
      const chain = config.chains[plan.name] as ContractsChainConfig;
      const { address } = senderOf(chain);
      const { chainId, feeCeilingGwei } = chain;
      const endpoint = await endpointOf(chain, stack, command);
      return readFromEndpoint({ name: plan.name, chainId }, endpoint, (rpcUrl) =>
        estimateChain(plan, built, { rpcUrl, sender: address, feeCeilingGwei }),
      );
    }),
  );
  process.stdout.write(
    json ? `${JSON.stringify({ chains: costs }, asText)}\n` : `${costs.map(table).join("\n")}\n`,
  );
  return costs.every(willGoThrough) ? 0 : 1;
}

function willGoThrough({ most, balance, transactions }: ChainCost): boolean {
  return balance >= most && transactions.every(({ wouldRevert }) => wouldRevert === undefined);
}

/** Wei do not fit into a number of JSON. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function table({ chain, sender, price, gas: sum, cost, most, balance, transactions }: ChainCost): string {
  const lines = tableOf(
    ["chain", "transaction", { numbers: "gas" }, { numbers: "ether" }],
    transactions.map(({ name, gas: needed, value, isBound }) => [
      chain,
      name,
      `${isBound ? "up to " : ""}${needed}`,
      formatEther(needed * price + value),
    ]),
  );
  const refused = transactions.flatMap(({ name, wouldRevert }) =>
    wouldRevert === undefined ? [] : [`${chain}: ${name} would be reverted: ${wouldRevert}`],
  );
  const verdict =
    balance >= most ? "enough" : `too little: send ${sender} ${formatEther(most - balance)} ether or more`;
  return [
    ...(transactions.length === 0 ? [] : [lines]),
    `${chain}: ${transactions.length} transactions, ${sum} gas, ${formatEther(cost)} ether at ${formatGwei(price)} gwei, at most ${formatEther(most)}; ${sender} has ${formatEther(balance)}: ${verdict}`,
    ...refused,
  ].join("\n");
}
