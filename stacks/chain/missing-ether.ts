import type { Config } from "../config/schema";

/**
 * What a user should know before a chain exists on which nobody owns ether; undefined if somebody does. Ether enters a chain
 * only through its genesis, because a QBFT block has no reward.
 */
export function missingEtherWarning({
  alloc,
  deterministicDeployer,
}: Pick<Config["network"], "alloc" | "deterministicDeployer">): string | undefined {
  if (Object.values(alloc).some((wei) => BigInt(wei) > 0n)) {
    return undefined;
  }
  return [
    "network.alloc gives no account ether, and no block creates ether: nobody will ever have any on this chain.",
    "Gas is free, so transactions work, but nobody can wrap ether or pay a value.",
    ...(deterministicDeployer
      ? []
      : [
          "The chain has no deterministic deployer either, and nobody can pay for its transaction: deploy contracts with create: create.",
        ]),
    "A genesis block cannot change. Before the first up, set network.alloc.",
  ].join(" ");
}
