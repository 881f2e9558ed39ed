import type { Backup } from "./backup-file";
import { type Holdings, NOTHING } from "./holdings";
import type { ConfiguredRegion, RegionHoldings } from "./lost-network";

/** What the clusters and a backup hold together. */
export interface Restored {
  readonly holdings: readonly RegionHoldings[];
  /** Where the two contradict each other: sentences without their full stops. */
  readonly obstacles: readonly string[];
}

/**
 * Completes what the clusters hold with a backup. Pure. Where both have a key or a genesis they must have the same. A cluster
 * that does not answer may be what was lost, so that the backup alone counts.
 *
 * @param network the name of the network.
 * @param holdings in the order of the config's regions.
 */
export function withBackup(
  { name: network, regions }: { readonly name: string; readonly regions: readonly ConfiguredRegion[] },
  holdings: readonly RegionHoldings[],
  backup: Backup,
): Restored {
  if (backup.network !== network) {
    return {
      holdings,
      obstacles: [`the backup is of the network ${backup.network}, and the config's network is ${network}`],
    };
  }
  const nodeIds = backup.keys.map(({ nodeId }) => nodeId);
  const obstacles: string[] = [];
  const completed = regions.map(({ name }, index): Holdings => {
    const asked = holdings[index];
    const held = asked === undefined || "error" in asked ? NOTHING : asked;
    const saved = backup.keys.filter(({ region }) => region === name);
    for (const { validator, address, privateKey } of saved) {
      const own = held.keys.get(validator);
      if (own !== undefined && own.toLowerCase() !== privateKey) {
        obstacles.push(
          `${name}/${validator}: the cluster has another key than the backup, which has ${address}`,
        );
      }
    }
    return {
      ...held,
      keys: new Map([
        ...saved.map(({ validator, privateKey }) => [validator, privateKey] as const),
        ...held.keys,
      ]),
      genesis: held.genesis ?? backup.genesis,
      nodeIds: [...held.nodeIds, ...nodeIds],
    };
  });
  return { holdings: completed, obstacles };
}
