import type { Address, Hex } from "viem";

/** A transaction to the contract that selects the validators, without a fee. */
export interface Transaction {
  readonly hash: Hex;
  readonly sender: Address;
  readonly nonce: number;
  readonly gas: bigint;
  readonly data: Hex;
}
