import { createHash } from "node:crypto";

/** How long messages between places take, in simulated milliseconds. */
export interface Delays {
  /** Within one place. */
  readonly near: number;
  /** The range of times between two places; each pair has its own, which never changes. */
  readonly far: readonly [least: number, most: number];
  readonly seed: number;
}

/**
 * Between two regions of a cloud a message takes 10 to 150 ms, half of the round trips in
 * https://learn.microsoft.com/azure/networking/azure-network-latency
 */
export const REGION_DELAYS: Delays = { near: 1, far: [10, 150], seed: 1 };

/** The time that a message takes from one place to another. It is the same in both directions. */
export function delayBetween(one: string, other: string, { near, far: [least, most], seed }: Delays): number {
  if (one === other) {
    return near;
  }
  const pair = [one, other].sort().join(" ");
  const known = cache.get(`${seed} ${pair}`);
  if (known !== undefined) {
    return least + Math.floor(known * (most - least + 1));
  }
  const share = createHash("sha256").update(`${seed} ${pair}`).digest().readUInt32BE(0) / 2 ** 32;
  cache.set(`${seed} ${pair}`, share);
  return least + Math.floor(share * (most - least + 1));
}

/** Shares of the range, by seed and pair. */
const cache = new Map<string, number>();
