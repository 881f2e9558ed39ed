/** A chain of the local target. */
export interface LocalChain {
  /** Name of the local service that runs the chain. */
  readonly service: string;
  readonly chainId: number;
  /** Environment variable with the URL of the chain's RPC. */
  readonly variable: string;
  /** True if the deterministic deployer, 0x4e59…956c, exists from the first block on. */
  readonly deployer: boolean;
}

/** Chain 138 lacks the deployer, as a consortium's new chain does; the stand-in for Ethereum Mainnet has the deployer. */
export const LOCAL_CHAINS: readonly LocalChain[] = [
  { service: "chain-138", chainId: 138, variable: "CHAINFLEET_CHAIN_138_RPC", deployer: false },
  { service: "chain-mainnet", chainId: 1, variable: "CHAINFLEET_CHAIN_MAINNET_RPC", deployer: true },
];
