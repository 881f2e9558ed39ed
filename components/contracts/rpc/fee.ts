import type { PublicClient } from "viem";
import { refusal } from "./refusal";
import { modestTip } from "./tip";

/** The offer for a unit of gas, in wei. On a chain without EIP-1559, `max` and `tip` both are the gas price. */
export interface Fee {
  readonly max: bigint;
  readonly tip: bigint;
}

/** The fee with no part above the ceiling. */
export function capped({ max, tip }: Fee, ceiling: bigint): Fee {
  return { max: smaller(max, ceiling), tip: smaller(tip, ceiling) };
}

/** How much tip to offer: the node's suggestion reduced to what recent blocks accepted, or the full suggestion. */
export type TipPolicy = "modest" | "as-suggested";

/**
 * The fee that a transaction should offer now, and as `floor` the least that the chain accepts. In wei for a unit of
 * gas.
 *
 * @param tipPolicy "as-suggested" once the node has refused a modest tip.
 */
export async function currentFee(
  client: PublicClient,
  tipPolicy: TipPolicy = "modest",
): Promise<Fee & { readonly floor: bigint }> {
  const { baseFeePerGas } = await client.getBlock();
  if (typeof baseFeePerGas !== "bigint") {
    const price = await client.getGasPrice();
    return { max: price, tip: price, floor: price };
  }
  const [suggested, paid] = await Promise.all([client.estimateMaxPriorityFeePerGas(), recentTips(client)]);
  const tip = tipPolicy === "as-suggested" ? suggested : modestTip(suggested, paid);
  // Twice the base fee stays valid through six full blocks; wallets offer the same.
  return { max: 2n * baseFeePerGas + tip, tip, floor: baseFeePerGas };
}

/** Number of recent blocks whose tips are examined. */
const TIP_BLOCKS = 20;

/** The median tip of each recent block; empty if the node does not support fee history. */
async function recentTips(client: PublicClient): Promise<readonly bigint[]> {
  try {
    const { reward = [] } = await client.getFeeHistory({ blockCount: TIP_BLOCKS, rewardPercentiles: [50] });
    return reward.flatMap(([median]) => median ?? []);
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
