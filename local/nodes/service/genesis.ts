import type { Address, Hex } from "viem";
import { fromRlp, hexToNumber } from "viem";
import { type GenesisFile, genesisHash, stateRoot } from "../../../components/besu/genesis/genesis";
import { validatorsInStorage } from "../../../components/besu/genesis/validator-contract";
import { VALIDATOR_CONTRACT_CODE } from "../../../components/besu/genesis/validator-contract-code";
import type { ChainRules } from "../../qbft/chain";

/**
 * What a genesis file says. Defaults: BftConfigOptions in https://github.com/hyperledger/besu (JsonBftConfigOptions.java):
 * a block period and a request timeout of 1 s, an epoch of 30,000 blocks.
 *
 * @throws Error if the file is none of a QBFT chain, with which Besu does not start.
 */
export async function chainRules(file: string): Promise<ChainRules> {
  const genesis = JSON.parse(file) as GenesisFile & {
    readonly config: { readonly qbft?: QbftOptions };
  };
  const { qbft, chainId } = genesis.config;
  if (qbft === undefined) {
    throw new Error("the genesis file has no QBFT chain");
  }
  return {
    chainId,
    genesisHash: await genesisHash(genesis),
    ...validatorsOf(genesis, qbft.validatorcontractaddress?.toLowerCase() as Address | undefined),
    blockPeriodSeconds: qbft.blockperiodseconds ?? 1,
    requestTimeoutSeconds: qbft.requesttimeoutseconds ?? 1,
    epochLength: qbft.epochlength ?? 30_000,
    gasLimit: hexToNumber(genesis.gasLimit),
    stateRoot: await stateRoot(genesis.alloc),
  };
}

interface QbftOptions {
  readonly blockperiodseconds?: number;
  readonly requesttimeoutseconds?: number;
  readonly epochlength?: number;
  readonly validatorcontractaddress?: string;
}

/**
 * The validators of the first block: those in the extra data or, if a contract selects them, in the contract's storage. Besu only warns
 * of a contract that is not there, and makes no block; the simulation executes none but chainfleet's.
 */
function validatorsOf(
  { extraData, alloc }: GenesisFile,
  contract: Address | undefined,
): Pick<ChainRules, "genesisValidators" | "validatorContract"> {
  if (contract === undefined) {
    const [, validators] = fromRlp(extraData, "hex") as [Hex, readonly Hex[]];
    return {
      genesisValidators: validators.map((validator) => validator.toLowerCase() as Address).sort(),
    };
  }
  const { code, storage = {} } = alloc[contract] ?? {};
  if (code !== VALIDATOR_CONTRACT_CODE) {
    throw new Error(
      `the account ${contract} does not have the code of ValidatorSelection.sol, the only contract that is simulated`,
    );
  }
  return { genesisValidators: validatorsInStorage(storage), validatorContract: contract };
}
