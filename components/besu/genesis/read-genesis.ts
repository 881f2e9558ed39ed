import { type Address, fromRlp, type Hex } from "viem";
import { z } from "zod";
import { DETERMINISTIC_DEPLOYER, DETERMINISTIC_DEPLOYER_CODE } from "../../deterministic-deployer";
import type { ChainParameters } from "./genesis";
import { type Storage, VALIDATOR_CONTRACT, validatorsInStorage } from "./validator-contract";

/** What a genesis file says of the chain that it founded. */
export interface FoundedChain {
  /** The accounts of `alloc` are in lower case, whatever the config had. */
  readonly parameters: ChainParameters;
  /** The addresses of the founding validators in lower case, ascending. */
  readonly validators: readonly Address[];
}

const hex = z.string().regex(/^0x[0-9a-f]*$/i);

/** The parts of a genesis file of this program that differ between chains. */
const fileSchema = z.object({
  config: z.object({
    chainId: z.int(),
    qbft: z.object({
      blockperiodseconds: z.int(),
      epochlength: z.int(),
      requesttimeoutseconds: z.int(),
      validatorcontractaddress: z.literal(VALIDATOR_CONTRACT).optional(),
    }),
  }),
  gasLimit: hex,
  extraData: hex,
  alloc: z.record(
    z.string(),
    z.object({ balance: hex, code: hex.optional(), storage: z.record(hex, hex).optional() }),
  ),
});

/**
 * Reads what `genesisFile` has written. Pure.
 *
 * @param text JSON.
 * @throws Error if the text is no genesis file of a QBFT network.
 */
export function readGenesis(text: string): FoundedChain {
  const { config, gasLimit, extraData, alloc } = fileSchema.parse(JSON.parse(text));
  const isSelectedByContract = config.qbft.validatorcontractaddress !== undefined;
  const deployer = alloc[DETERMINISTIC_DEPLOYER];
  const deterministicDeployer = deployer?.code?.toLowerCase() === DETERMINISTIC_DEPLOYER_CODE.toLowerCase();
  return {
    parameters: {
      chainId: config.chainId,
      blockPeriodSeconds: config.qbft.blockperiodseconds,
      requestTimeoutSeconds: config.qbft.requesttimeoutseconds,
      epochLength: config.qbft.epochlength,
      gasLimit: Number(BigInt(gasLimit)),
      alloc: Object.fromEntries(
        Object.entries(alloc)
          // The accounts of these contracts own nothing unless the config says so.
          .filter(([address, { balance }]) => !(isContract(address) && BigInt(balance) === 0n))
          .map(([address, { balance }]) => [address.toLowerCase(), String(BigInt(balance))]),
      ),
      deterministicDeployer,
      ...(isSelectedByContract ? { validatorSelection: "contract" } : {}),
    },
    validators: isSelectedByContract
      ? validatorsInStorage((alloc[VALIDATOR_CONTRACT]?.storage ?? {}) as Storage)
      : validatorsIn(extraData as Hex),
  };

  function isContract(address: string): boolean {
    return (
      (deterministicDeployer && address.toLowerCase() === DETERMINISTIC_DEPLOYER) ||
      (isSelectedByContract && address.toLowerCase() === VALIDATOR_CONTRACT)
    );
  }
}

/** The second item of the extra data is the list of validators, see `qbftExtraData`. */
function validatorsIn(extraData: Hex): Address[] {
  const [, validators] = fromRlp(extraData) as readonly unknown[];
  return z.array(hex.length(42)).parse(validators) as Address[];
}
