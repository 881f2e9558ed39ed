import type { PublicClient } from "viem";
import { refusal } from "./refusal";
import { modestTip } from "./tip";

/** What a transaction offers for a unit of gas, in wei. On a chain without EIP-1559 both are the gas price. */
export interface Fee {
  readonly max: bigint;
  readonly tip: bigint;
}

/** The fee, but no part of it above the ceiling. */
export function capped({ max, tip }: Fee, ceiling: bigint): Fee {
  return { max: smaller(max, ceiling), tip: smaller(tip, ceiling) };
}

/**
 * What a transaction should offer now, and the least that the chain takes. In wei for a unit of gas.
 *
 * @param insists whether the node has refused a modest tip: then its own word counts.
 */
export async function currentFee(
  client: PublicClient,
  insists = false,
): Promise<Fee & { readonly floor: bigint }> {
  const { baseFeePerGas } = await client.getBlock();
  if (typeof baseFeePerGas !== "bigint") {
    const price = await client.getGasPrice();
    return { max: price, tip: price, floor: price };
  }
  const [suggested, paid] = await Promise.all([client.estimateMaxPriorityFeePerGas(), tipsPaid(client)]);
  const tip = insists ? suggested : modestTip(suggested, paid);
  // Twice the base fee leaves room for six full blocks, as wallets do.
  return { max: 2n * baseFeePerGas + tip, tip, floor: baseFeePerGas };
}

/** Blocks whose tips are looked at. */
const TIP_BLOCKS = 20;

/** The middle tip of each of the last blocks; none where the node does not tell. */
async function tipsPaid(client: PublicClient): Promise<readonly bigint[]> {
  try {
    const { reward = [] } = await client.getFeeHistory({ blockCount: TIP_BLOCKS, rewardPercentiles: [50] });
    return reward.flatMap(([middle]) => middle ?? []);
  } catch (error) {
    if (refusal(error) === "unanswered") {
      throw error;
    }
    return [];
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
