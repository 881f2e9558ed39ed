/** A chain of the local target. */
export interface LocalChain {
  /** Name of the local service that runs the chain. */
  readonly service: string;
  readonly chainId: number;
  /** Environment variable with the URL of the chain's RPC. */
  readonly variable: string;
}

/**
 * Chain 138 and the stand-in for Ethereum Mainnet. Both have the deterministic deployer from the first block on: Mainnet
 * has it, and so has the genesis of a network whose config does not leave it out.
 */
export const LOCAL_CHAINS: readonly LocalChain[] = [
  { service: "chain-138", chainId: 138, variable: "CHAINFLEET_CHAIN_138_RPC" },
  { service: "chain-mainnet", chainId: 1, variable: "CHAINFLEET_CHAIN_MAINNET_RPC" },
];
