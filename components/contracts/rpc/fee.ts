import type { PublicClient } from "viem";
import { isOutage } from "./refusal";
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

/** How much to offer beyond what the chain asks for. */
export type FeePolicy =
  /** The node's suggestion reduced to what recent blocks accepted. */
  | { readonly kind: "modest" }
  /**
   * All that the node suggests, because the node has refused less.
   *
   * @param leastTip what the node's refusals asked for, in wei for a unit of gas; 0 if they named no amount.
   */
  | { readonly kind: "as-suggested"; readonly leastTip: bigint };

/**
 * The fee that a transaction should offer now, and as `floor` the least that the chain accepts. In wei for a unit of
 * gas.
 */
export async function currentFee(
  client: PublicClient,
  policy: FeePolicy = { kind: "modest" },
): Promise<Fee & { readonly floor: bigint }> {
  const { baseFeePerGas } = await client.getBlock();
  if (typeof baseFeePerGas !== "bigint") {
    const price = await client.getGasPrice();
    return { max: price, tip: price, floor: price };
  }
  // Twice the base fee stays valid through six full blocks; wallets offer the same.
  const lasting = 2n * baseFeePerGas;
  if (policy.kind === "as-suggested") {
    // Besu refuses a price below --min-gas-price without naming it, and suggests no less than it as the price.
    const [suggested, price] = await Promise.all([
      client.estimateMaxPriorityFeePerGas(),
      client.getGasPrice(),
    ]);
    const tip = larger(suggested, policy.leastTip);
    return { max: larger(lasting + tip, price), tip, floor: baseFeePerGas };
  }
  const [suggested, paid] = await Promise.all([client.estimateMaxPriorityFeePerGas(), recentTips(client)]);
  const tip = modestTip(suggested, paid);
  return { max: lasting + tip, tip, floor: baseFeePerGas };
}

/** Number of recent blocks whose tips are examined. */
const TIP_BLOCKS = 20;

/** The median tip of each recent block; empty if the node does not support fee history, or fails to tell it. */
async function recentTips(client: PublicClient): Promise<readonly bigint[]> {
  try {
    const { reward = [] } = await client.getFeeHistory({ blockCount: TIP_BLOCKS, rewardPercentiles: [50] });
    return reward.flatMap(([median]) => median ?? []);
  } catch (error) {
    if (isOutage(error)) {
      throw error;
    }
    return [];
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
