import type { Address, Hex } from "viem";
import { fromRlp, hexToNumber } from "viem";
import { type GenesisFile, genesisHash, stateRoot } from "../../../components/besu/genesis/genesis";
import type { ChainRules } from "../../qbft/chain";

/**
 * What a genesis file says. Defaults: BftConfigOptions in https://github.com/hyperledger/besu (JsonBftConfigOptions.java):
 * a block period and a request timeout of 1 s, an epoch of 30,000 blocks.
 *
 * @throws Error if the file is none of a QBFT chain, with which Besu does not start.
 */
export async function chainRules(file: string): Promise<ChainRules> {
  const genesis = JSON.parse(file) as GenesisFile & {
    readonly config: { readonly qbft?: Readonly<Record<string, number>> };
  };
  const { qbft, chainId } = genesis.config;
  if (qbft === undefined) {
    throw new Error("the genesis file has no QBFT chain");
  }
  const [, validators] = fromRlp(genesis.extraData, "hex") as [Hex, readonly Hex[]];
  return {
    chainId,
    genesisHash: await genesisHash(genesis),
    genesisValidators: validators.map((validator) => validator.toLowerCase() as Address).sort(),
    blockPeriodSeconds: qbft["blockperiodseconds"] ?? 1,
    requestTimeoutSeconds: qbft["requesttimeoutseconds"] ?? 1,
    epochLength: qbft["epochlength"] ?? 30_000,
    gasLimit: hexToNumber(genesis.gasLimit),
    stateRoot: await stateRoot(genesis.alloc),
  };
}
