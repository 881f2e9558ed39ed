/** A chain of the local target. */
export interface LocalChain {
  /** The service that runs it. */
  readonly service: string;
  readonly chainId: number;
  /** The variable that tells its RPC's URL. */
  readonly variable: string;
  /** Whether the deterministic deployer, 0x4e59…956c, is there from the first block on. */
  readonly deployer: boolean;
}

/** Chain-138 lacks the deployer, as a consortium's new chain does; the stand-in for Ethereum Mainnet has it. */
export const LOCAL_CHAINS: readonly LocalChain[] = [
  { service: "chain-138", chainId: 138, variable: "CHAINFLEET_CHAIN_138_RPC", deployer: false },
  { service: "chain-mainnet", chainId: 1, variable: "CHAINFLEET_CHAIN_MAINNET_RPC", deployer: true },
];
