import { formatEther, formatGwei } from "viem";
import { build } from "../../components/contracts/build/build";
import { type ChainCost, estimateChain } from "../../components/contracts/estimate";
import { readFromEndpoint } from "../../components/contracts/rpc/endpoint";
import { PROJECT_ROOT } from "../../components/root";
import { planOf, senderOf } from "../../stacks/config/contracts/contract-plan";
import {
  type ContractsChainConfig,
  fullChainConfigKey,
} from "../../stacks/config/contracts/contracts-schema";
import { requireEndpointVariables } from "../../stacks/config/contracts/variable-findings";
import { stackFile } from "../../stacks/config/written/written-config";
import { EngineCommand } from "../engine/command";
import { contractsConfig } from "../engine/config";
import { tableOf } from "../terminal/table";
import { endpointOf } from "./network-endpoint";

/**
 * `chainfleet contracts gas`: shows the transactions that `up` would send on each chain, their gas, their cost at the
 * current fee and at the highest fee, and whether the sender can pay. Sends nothing and needs no key.
 *
 * @returns the exit code of the process: 1 if a sender cannot pay or a transaction would be reverted, else 0.
 */
export async function gas({ stack, json }: { stack: string; json: boolean }): Promise<number> {
  const file = stackFile(stack);
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
      return readFromEndpoint(
        { name: plan.name, configKey: fullChainConfigKey(plan.name), chainId },
        endpoint,
        (rpcUrl) => estimateChain(plan, built, { rpcUrl, sender: address, feeCeilingGwei }),
      );
    }),
  );
  process.stdout.write(
    json ? `${JSON.stringify({ chains: costs }, bigintAsText)}\n` : `${costs.map(table).join("\n")}\n`,
  );
  return costs.every(wouldSucceed) ? 0 : 1;
}

function wouldSucceed({ most, balance, transactions }: ChainCost): boolean {
  return balance >= most && transactions.every(({ wouldRevert }) => wouldRevert === undefined);
}

/** Writes a bigint as text, because an amount of wei does not fit into a JSON number. */
function bigintAsText(_key: string, value: unknown): unknown {
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
  const reverts = transactions.flatMap(({ name, wouldRevert }) =>
    wouldRevert === undefined ? [] : [`${chain}: ${name} would be reverted: ${wouldRevert}`],
  );
  const verdict =
    balance >= most
      ? "which is enough"
      : `which is too little; send at least ${formatEther(most - balance)} ether to ${sender}`;
  return [
    ...(transactions.length === 0 ? [] : [lines]),
    `${chain}: ${transactions.length} transactions, ${sum} gas, ${formatEther(cost)} ether at ${formatGwei(price)} gwei, at most ${formatEther(most)} ether; ${sender} has ${formatEther(balance)} ether, ${verdict}`,
    ...reverts,
  ].join("\n");
}
