import type { Address } from "viem";
import type { ChainParameters } from "../../components/besu/genesis/genesis";
import type { Config } from "./schema";

/** The parameters of the chain in the genesis block, as the config has them. */
export function chainParameters(config: Config["network"]): ChainParameters {
  return {
    chainId: config.chainId,
    blockPeriodSeconds: config.blockPeriodSeconds,
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    epochLength: config.epochLength,
    gasLimit: config.gasLimit,
    alloc: config.alloc as Record<Address, string>,
    deterministicDeployer: config.deterministicDeployer,
  };
}
