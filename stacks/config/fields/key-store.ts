/*
 * Where the validators' keys of a region are kept: `besu.keyStore` says so for all regions, and the region's own `keyStore`
 * for the region.
 */

/** What `besu.keyStore` can be. */
export const KEY_STORES = ["kubernetes", "cloud"] as const;

/** What `keyStore` of a region can be, by the region's cloud. The first one is the default, the second one the cloud's own. */
export const KEY_STORES_OF_REGION = {
  azure: ["kubernetes", "keyVault"],
  aws: ["kubernetes", "secretsManager"],
  kubernetes: ["kubernetes"],
} as const;

type Cloud = keyof typeof KEY_STORES_OF_REGION;

/** The store of the keys of a region in a cloud. */
export type KeyStoreOn<Of extends Cloud> = (typeof KEY_STORES_OF_REGION)[Of][number];

/** A region as far as its cloud and its store of keys go. */
export interface KeyStoreOfRegion<Of extends Cloud> {
  readonly cloud: Of;
  readonly keyStore?: KeyStoreOn<Of> | undefined;
}

/** The store of a region's keys. The check of the config has found that a cloud with `besu.keyStore: cloud` has a store. */
export function keyStoreOf<Of extends Cloud>(
  { keyStore: ofNetwork }: { readonly keyStore: (typeof KEY_STORES)[number] },
  { cloud, keyStore }: KeyStoreOfRegion<Of>,
): KeyStoreOn<Of> {
  return (
    keyStore ?? (ofNetwork === "cloud" ? storeOfCloud(cloud) : undefined) ?? KEY_STORES_OF_REGION[cloud][0]
  );
}

/** The store that a cloud itself has. Undefined if this program uses none there. */
export function storeOfCloud<Of extends Cloud>(cloud: Of): KeyStoreOn<Of> | undefined {
  const [, own]: readonly KeyStoreOn<Of>[] = KEY_STORES_OF_REGION[cloud];
  return own;
}
