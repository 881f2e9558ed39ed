import { parseGwei } from "viem";

/** The tip that wallets offer when they know nothing about the chain. */
const USUAL_TIP = parseGwei("1");

/**
 * The tip to offer: the node's suggestion, limited to the median tip of recent blocks or one gwei, whichever is more.
 * On a chain with little traffic a node suggests the tip of the last transaction, and the deterministic deployer's
 * transaction always pays 100 gwei.
 *
 * @param suggested by the node, in wei.
 * @param paid median tip of each recent block, 0 for an empty block, in wei; empty if the node does not tell.
 */
export function modestTip(suggested: bigint, paid: readonly bigint[]): bigint {
  if (paid.length === 0) {
    return suggested;
  }
  const sorted = [...paid].sort((a, b) => (a < b ? -1 : 1));
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0n;
  const limit = median > USUAL_TIP ? median : USUAL_TIP;
  return suggested < limit ? suggested : limit;
}
