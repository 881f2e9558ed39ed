import { parseGwei } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { type ChainSettings, laneChain } from "./chain";
import { Lane } from "./lane";

/** A chain and how transactions are sent on it, as a resource has it. Fees in gwei. */
export interface Chain extends Omit<ChainSettings, "rpcUrl" | "feeCeiling"> {
  readonly feeCeilingGwei: number;
}

/** All dynamic resources are in one process: here is the one lane of each sender on each chain. */
const lanes = new Map<string, Lane>();

export function laneOf(
  { feeCeilingGwei, ...chain }: Chain,
  rpcUrl: string,
  account: PrivateKeyAccount,
): Lane {
  const key = `${chain.chainId} ${account.address} ${rpcUrl}`;
  const lane =
    lanes.get(key) ??
    new Lane(laneChain({ ...chain, rpcUrl, feeCeiling: parseGwei(String(feeCeilingGwei)) }, account));
  lanes.set(key, lane);
  return lane;
}
