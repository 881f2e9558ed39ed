import { parseGwei } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { Lane } from "./lane";
import { type LaneChainSettings, rpcLaneChain } from "./rpc-lane-chain";

/** A chain and the limits for sending on it, as a resource's inputs and the state carry them. Fees in gwei. */
export interface ChainArgs extends Omit<LaneChainSettings, "rpcUrl" | "feeCeiling"> {
  /** The config key of the chain, for messages. @example "chainfleet:contracts.chains.mainnet" */
  readonly configKey: string;
  readonly feeCeilingGwei: number;
}

/** One lane for each sender on each chain. All dynamic resources run in one process and therefore share these lanes. */
const lanes = new Map<string, Lane>();

/** The process's lane for an account on a chain; created on first use. */
export function laneOf(
  { feeCeilingGwei, configKey: _, ...chain }: ChainArgs,
  rpcUrl: string,
  account: PrivateKeyAccount,
): Lane {
  const key = `${chain.chainId} ${account.address} ${rpcUrl}`;
  const lane =
    lanes.get(key) ??
    new Lane(rpcLaneChain({ ...chain, rpcUrl, feeCeiling: parseGwei(String(feeCeilingGwei)) }, account));
  lanes.set(key, lane);
  return lane;
}
