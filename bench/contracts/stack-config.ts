import type { Address } from "viem";
import { variableReference } from "../../test/support/contracts/contracts-project";

/** The two chains of the benchmark and their ids. */
export const CHAINS = { chain138: 138, mainnet: 1 } as const;

/** What a bridge lets through at once, and what it regains per hour, in whole ether. */
export const CAPACITY_ETHER = "1000";
export const REFILL_ETHER_PER_HOUR = "3600";

/** Environment variable with the RPC URL of a chain. */
export function rpcVariable(chain: string): string {
  return `BENCH_RPC_${chain.toUpperCase()}`;
}

/** The config of both chains, with nine contracts each. @param verified names of the chains with an explorer. */
export function chainsConfig(sender: Address, verified: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(CHAINS).map(([name, chainId]) => [
      name,
      {
        chainId,
        rpcUrl: variableReference(rpcVariable(name)),
        sender: { address: sender, keyVariable: "BENCH_KEY" },
        contracts: contractsConfig(chainId),
        explorers: verified.includes(name) ? [EXPLORER] : [],
      },
    ]),
  );
}

const EXPLORER = {
  kind: "etherscan",
  url: `${variableReference("BENCH_EXPLORER")}/etherscan/v2/api`,
  apiKey: variableReference("BENCH_EXPLORER_KEY"),
};

function contractsConfig(chainSelector: number): object {
  const owner = { account: "sender" };
  const bridge = {
    owner,
    router: { contract: "CCIPRouter" },
    capacityEther: CAPACITY_ETHER,
    refillEtherPerHour: REFILL_ETHER_PER_HOUR,
  };
  return {
    Multicall: {},
    WETH9: {},
    WETH10: {},
    CCIPRouter: { args: { owner, chainSelector, wrappedNative: { contract: "WETH9" } } },
    CCIPWETH9Bridge: { args: { ...bridge, weth9: { contract: "WETH9" } } },
    CCIPWETH10Bridge: { args: { ...bridge, weth10: { contract: "WETH10" } } },
    OracleAggregator: {
      args: { admin: owner, decimals: 8, minAnswer: 1, maxAnswer: "1000000000000", description: "ETH / USD" },
    },
    OracleProxy: { args: { owner, aggregator: { contract: "OracleAggregator" } } },
    MultiSig: { args: { owners: [owner], threshold: 1 } },
  };
}
