import type { Config } from "../config/schema";

/**
 * The names of the regions of each wave: the first wave has the first regions of the config, and so on. Without a rollout
 * all regions are one wave. The check of the config ensures that the sizes add up to the number of regions.
 */
export function wavesOf({ rollout, regions }: RolledOutRegions): string[][] {
  const names = regions.map(({ name }) => name);
  const sizes = rollout ?? [names.length];
  return sizes.map((size, index) => {
    const before = sizes.slice(0, index).reduce((sum, earlier) => sum + earlier, 0);
    return names.slice(before, before + size);
  });
}

/** The part of the config that decides about waves. */
interface RolledOutRegions extends Pick<Config, "rollout"> {
  readonly regions: readonly { readonly name: string }[];
}
