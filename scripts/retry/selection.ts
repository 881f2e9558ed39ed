import { ChainfleetError } from "../../components/error";
import type { ConfiguredRegion, Summary } from "../run/summary";

/** What a retry works on. */
export interface RetrySelection {
  /** The regions whose resources are created and updated. */
  readonly regions: readonly string[];
  /** All other regions, whose resources stay as they are, but for the addresses of peers that their nodes know. */
  readonly others: readonly string[];
  /** Those of the others that the last run finished. */
  readonly finished: readonly string[];
}

/** What a retry is chosen from. */
export interface RetryChoice {
  /** The regions that the user named; empty for those that the last run did not finish. */
  readonly named: readonly string[];
  readonly configured: readonly Pick<ConfiguredRegion, "name">[];
  /** The summary of the stack's last run; undefined if there was none or if it was killed. */
  readonly last: Summary | undefined;
}

/**
 * Chooses the regions of a retry. Pure.
 *
 * @returns undefined if the last run left nothing to do.
 * @throws ChainfleetError if a named region is not in the config, or if the resources of a region cannot be told from
 *   those of another by their names.
 */
export function selectRetry({ named, configured, last }: RetryChoice): RetrySelection | undefined {
  const names = configured.map(({ name }) => name);
  const unknown = named.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "REGION_UNKNOWN",
      summary: `The config has no region ${unknown.join(", ")}. Nothing was changed.`,
      next: names.length === 0 ? "The config has no regions." : `The regions are ${names.join(", ")}.`,
    });
  }
  if (named.length === 0 && last?.result === "succeeded" && last.mode === "up") {
    return undefined;
  }
  const regions = named.length > 0 ? names.filter((name) => named.includes(name)) : unfinished(names, last);
  const others = names.filter((name) => !regions.includes(name));
  const indistinct = others.find((other) => regions.some((region) => region.startsWith(`${other}-`)));
  if (indistinct !== undefined) {
    throw new ChainfleetError({
      code: "REGION_INDISTINCT",
      summary: `The names of the regions ${regions.filter((region) => region.startsWith(`${indistinct}-`)).join(", ")} begin with the name of the region ${indistinct}, so that a retry without ${indistinct} is not possible. Nothing was changed.`,
      next: `Name ${indistinct} too, or run chainfleet up.`,
    });
  }
  const unfinishedNames = unfinished(names, last);
  return { regions, others, finished: others.filter((name) => !unfinishedNames.includes(name)) };
}

/** The patterns of the URNs of a region's resources, whose names are the region's name or begin with it. */
export function patternsOf(region: string): string[] {
  return [`**::${region}`, `**::${region}-**`];
}

/** The pattern of the URN of a region's static nodes: the addresses of the peers in all regions. */
export function staticNodesPattern(region: string): string {
  return `**::${region}-static-nodes`;
}

/** A run without a summary was killed, and a region that is new in the config is in no summary. */
function unfinished(names: readonly string[], last: Summary | undefined): string[] {
  const finished = new Set(
    last?.mode === "up"
      ? last.regions.filter(({ result }) => result === "succeeded").map(({ name }) => name)
      : [],
  );
  return names.filter((name) => !finished.has(name));
}
