import { longestPrefix } from "../../components/longest-prefix";

/** A resource that a stack registers. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

/** A large stack: the first region whole, and the number of resources of each type in the others. */
interface CondensedStack {
  readonly resources: number;
  /** Regions with the same numbers are listed together. */
  readonly regions: readonly { readonly names: readonly string[]; readonly types: TypeCounts }[];
  /** What belongs to no region. */
  readonly shared: TypeCounts;
  readonly firstRegion: readonly RegisteredResource[];
}

type TypeCounts = Readonly<Record<string, number>>;

/** @param regions the names of the regions, in the order of the config. */
export function condensed(
  resources: readonly RegisteredResource[],
  regions: readonly string[],
): CondensedStack {
  const ofRegion = (region: string | undefined) =>
    resources.filter(({ name }) => longestPrefix(name, regions) === region);
  const groups = new Map<string, { names: string[]; types: TypeCounts }>();
  for (const region of regions) {
    const types = typeCounts(ofRegion(region));
    const group = groups.get(JSON.stringify(types)) ?? { names: [], types };
    group.names.push(region);
    groups.set(JSON.stringify(types), group);
  }
  return {
    resources: resources.length,
    regions: [...groups.values()],
    shared: typeCounts(ofRegion(undefined)),
    firstRegion: ofRegion(regions[0]),
  };
}

function typeCounts(resources: readonly RegisteredResource[]): TypeCounts {
  const counts: Record<string, number> = {};
  for (const { type } of [...resources].sort((a, b) => (a.type < b.type ? -1 : 1))) {
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}
