import { type Address, type Hex, type PublicClient, parseEther } from "viem";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import type { Job } from "../lane/job";
import { hasCode } from "../rpc/code";

/**
 * The transaction that creates the deterministic deployer, as published. Nobody signed the transaction: the values `r`
 * and `s` are made up, so the recovered sender, and with it the deployer's address, is the same on every chain.
 * https://github.com/Arachnid/deterministic-deployment-proxy/blob/master/README.md
 */
export const DEPLOYER_TRANSACTION: Hex =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";
/** The recovered sender of that transaction. */
const SIGNER: Address = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
/** What the transaction costs: 100,000 units of gas at 100 gwei. */
const COST = parseEther("0.01");

/** The payment to the signer of the deployer's transaction. Done if the signer can pay or the deployer exists. */
export function deployerFunding(client: PublicClient): Job {
  return {
    name: "the deterministic deployer's fee",
    to: SIGNER,
    data: "0x",
    value: COST,
    isIdempotent: false,
    insteadOfPaying:
      "Where nobody on the chain has ether to send, set create: create for the contracts, which needs no deterministic deployer; a chain whose genesis has the deployer in its alloc needs no ether either.",
    after: [],
    gas: async () => 21_000n,
    isDone: async () => (await client.getBalance({ address: SIGNER })) >= COST || (await hasDeployer(client)),
  };
}

/** Whether the chain has the deterministic deployer. */
export function hasDeployer(client: PublicClient): Promise<boolean> {
  return hasCode(client, DETERMINISTIC_DEPLOYER);
}
