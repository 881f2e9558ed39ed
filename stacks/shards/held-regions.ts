import type { RegionConfig } from "../config/schema";

/** What is known when it is decided which regions and validators the network's stack has. */
export interface HeldCircumstances {
  /** The regions of the config. */
  readonly configured: readonly RegionConfig[];
  /** The regions that the stack had after its last run, in the same form. */
  readonly before: readonly RegionConfig[];
  /**
   * The number of a region's validators of which the region's own stack has resources, up to the last one; undefined if the stack
   * has no resources, or does not exist.
   */
  readonly inOwnStack: (region: string) => number | undefined;
}

/**
 * The regions of the network's stack: those of the config, and in addition what has left the config and still runs in the stack of
 * its region. The keys, the addresses and the networks of such validators stay until their nodes are gone: a node without its address
 * cannot vote, and a cloud does not delete an address that is in use.
 *
 * @returns the regions of the config in their order, then the others.
 */
export function heldRegions({ configured, before, inOwnStack }: HeldCircumstances): RegionConfig[] {
  const staying = configured.map((region) => {
    const earlier = before.find(({ name }) => name === region.name);
    const left = Math.min(earlier?.validators ?? 0, inOwnStack(region.name) ?? 0);
    return earlier === undefined || left <= region.validators ? region : withFormer(region, earlier, left);
  });
  const removed = before.flatMap((region) => {
    const left = inOwnStack(region.name);
    return left === undefined || configured.some(({ name }) => name === region.name)
      ? []
      : [{ ...region, validators: Math.min(region.validators, left) }];
  });
  return [...staying, ...removed];
}

/** A region of the config with the validators that it had before. */
function withFormer(region: RegionConfig, earlier: RegionConfig, validators: number): RegionConfig {
  if (region.cloud !== "kubernetes" || earlier.cloud !== "kubernetes") {
    return { ...region, validators };
  }
  const { p2pAddresses: addresses = [] } = region;
  const { p2pAddresses: before = [] } = earlier;
  return {
    ...region,
    validators,
    p2pAddresses: [...addresses, ...before.slice(addresses.length, validators)],
  };
}

/** The regions that may have more than the config: those from which validators, or which as a whole, have left it. */
export function shrunkRegions({ configured, before }: Omit<HeldCircumstances, "inOwnStack">): string[] {
  return before.flatMap(({ name, validators }) => {
    const region = configured.find((candidate) => candidate.name === name);
    return region === undefined || region.validators < validators ? [name] : [];
  });
}

/**
 * The number of a region's validators of which a stack has resources, up to the last one.
 *
 * @param names of the resources of the region's stack, without those that every stack has.
 * @returns undefined if there are no resources.
 */
export function validatorsAmong(region: string, names: readonly string[]): number | undefined {
  const prefix = `${region}-validator-`;
  const numbers = names.flatMap((name) => {
    const number = name.startsWith(prefix) ? /^\d+(?=$|-)/.exec(name.slice(prefix.length)) : null;
    return number === null ? [] : [Number(number[0])];
  });
  return names.length === 0 ? undefined : Math.max(0, ...numbers.map((number) => number + 1));
}
