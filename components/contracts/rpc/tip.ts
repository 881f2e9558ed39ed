import { parseGwei } from "viem";

/** What wallets offer where nothing is known. */
const USUAL = parseGwei("1");

/**
 * The tip to offer: what the node suggests, but no more than what half of the last blocks were content with, or a gwei
 * if that is more. On a chain with little traffic a node suggests what the last transaction paid, and the
 * deterministic deployer's pays 100 gwei, whatever others do.
 *
 * @param suggested by the node, in wei.
 * @param paid middle tip of each of the last blocks, 0 of an empty one, in wei; none if it is not known.
 */
export function modestTip(suggested: bigint, paid: readonly bigint[]): bigint {
  if (paid.length === 0) {
    return suggested;
  }
  const sorted = [...paid].sort((a, b) => (a < b ? -1 : 1));
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0n;
  const enough = middle > USUAL ? middle : USUAL;
  return suggested < enough ? suggested : enough;
}
