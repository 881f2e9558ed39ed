/*
 * Where the validators' keys of a region are kept: `besu.keyStore` says so for all regions, and the region's own `keyStore`
 * for the region.
 */

/** What `besu.keyStore` can be. */
export const KEY_STORES = ["kubernetes", "cloud"] as const;

/** What `keyStore` of a region can be, by the region's cloud. The first one is the default. */
export const KEY_STORES_OF_REGION = {
  azure: ["kubernetes", "keyVault"],
  aws: ["kubernetes"],
  kubernetes: ["kubernetes"],
} as const;

/** The store of a region's keys. */
export type RegionKeyStore = (typeof KEY_STORES_OF_REGION)[keyof typeof KEY_STORES_OF_REGION][number];

/** A region as far as its cloud and its store of keys go. */
export interface KeyStoreOfRegion {
  readonly cloud: keyof typeof KEY_STORES_OF_REGION;
  readonly keyStore?: RegionKeyStore | undefined;
}

/** The store of a region's keys. The check of the config has found that a cloud with `besu.keyStore: cloud` has a store. */
export function keyStoreOf(
  { keyStore: ofNetwork }: { readonly keyStore: (typeof KEY_STORES)[number] },
  { cloud, keyStore }: KeyStoreOfRegion,
): RegionKeyStore {
  return keyStore ?? (ofNetwork === "cloud" ? storeOfCloud(cloud) : undefined) ?? "kubernetes";
}

/** The store that a cloud itself has. Undefined if this program uses none there. */
export function storeOfCloud(cloud: KeyStoreOfRegion["cloud"]): RegionKeyStore | undefined {
  return KEY_STORES_OF_REGION[cloud][1];
}
