import { type Address, encodeFunctionData, type Hex, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  VALIDATOR_CONTRACT,
  VALIDATOR_CONTRACT_ABI,
  voteGas,
} from "../../../components/besu/genesis/validator-contract";
import { TestNetwork } from "../testing";

/** The key of a node in tests of chains whose validators a contract selects. */
export function keyOf(index: number): Hex {
  return numberToHex(index + 1, { size: 32 });
}

export function keyedAccountOf(index: number): Address {
  return privateKeyToAccount(keyOf(index)).address.toLowerCase() as Address;
}

/** A network whose validators a contract selects. The accounts of its nodes have keys. */
export class ContractNetwork extends TestNetwork {
  constructor(size: number) {
    super(size, {
      genesisValidators: Array.from({ length: size }, (_, index) => keyedAccountOf(index)).sort(),
      validatorContract: VALIDATOR_CONTRACT,
    });
  }

  override describe(index: number, others?: number) {
    return { ...super.describe(index, others), account: keyedAccountOf(index) };
  }
}

export function proposeData(subject: Address, add: boolean): Hex {
  return encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName: "propose", args: [subject, add] });
}

/** A signed vote of a node. */
export function signedVote(
  index: number,
  data: Hex,
  changed: { readonly nonce?: number; readonly gas?: bigint; readonly chainId?: number } = {},
): Promise<Hex> {
  return privateKeyToAccount(keyOf(index)).signTransaction({
    type: "legacy",
    chainId: 138,
    nonce: 0,
    to: VALIDATOR_CONTRACT,
    gas: BigInt(voteGas(20)),
    gasPrice: 0n,
    data,
    ...changed,
  });
}
