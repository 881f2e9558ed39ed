import type { Address } from "viem";
import type { ChainParameters } from "../../components/besu/genesis/genesis";
import type { ValidatorSetArgs } from "../../components/besu/membership/validator-set";
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
    ...(config.validatorSelection === "contract" ? { validatorSelection: config.validatorSelection } : {}),
  };
}

/** How the validators vote, for a `ValidatorSet`. Nothing where blocks carry the votes, as in states from before there was a choice. */
export function selectionOf({ validatorSelection }: Config["network"]): Pick<ValidatorSetArgs, "selection"> {
  return validatorSelection === "contract" ? { selection: validatorSelection } : {};
}
