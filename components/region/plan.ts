import { findLocation, type LocatedCloud } from "./locations";

/**
 * The address plan: which address space each region takes, so that no two regions ever overlap and none moves
 * when another one comes or goes. A region's space follows from its location alone, or from its own `cidr`.
 */

/** An IPv4 block. `first` is the address as an unsigned 32-bit number, `prefix` its length in bits. */
export interface Cidr {
  readonly first: number;
  readonly prefix: number;
}

/** Parses `10.9.0.0/16`. Undefined when it is no IPv4 block or has bits set behind its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || prefix > 32) {
    return undefined;
  }
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % size({ first, prefix }) === 0 ? { first, prefix } : undefined;
}

/** `10.9.0.0/16` */
export function formatCidr({ first, prefix }: Cidr): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
}

/** Whether two blocks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + size(b) && b.first < a.first + size(a);
}

/** The `index`-th block of `prefix` bits inside `parent`. Throws when it lies outside. */
export function subnet(parent: Cidr, prefix: number, index: number): Cidr {
  const block = { first: parent.first + index * 2 ** (32 - prefix), prefix };
  if (prefix < parent.prefix || index < 0 || block.first + size(block) > parent.first + size(parent)) {
    throw new RangeError(`no ${index}. /${prefix} inside ${formatCidr(parent)}`);
  }
  return block;
}

function size({ prefix }: Pick<Cidr, "prefix"> & Partial<Cidr>): number {
  return 2 ** (32 - prefix);
}

/** What of a region decides its address space. */
export interface Addressed {
  readonly cloud: LocatedCloud;
  readonly location: string;
  /** An IPv4 block of 16 to 20 bits, in place of the location's own. */
  readonly cidr?: string | undefined;
}

/** The smallest region: sixteen subnets of /24. */
export const LONGEST_REGION_PREFIX = 20;

/** The address space of a region. Throws on a location or block that the config's check would have refused. */
export function addressSpace(region: Addressed): Cidr {
  if (region.cidr !== undefined) {
    const cidr = parseCidr(region.cidr);
    if (cidr === undefined) {
      throw new RangeError(`${region.cidr} is not an IPv4 block`);
    }
    return cidr;
  }
  const location = findLocation(region.cloud, region.location);
  if (location === undefined) {
    throw new RangeError(`${region.cloud} has no location ${region.location}`);
  }
  return { first: (10 * 256 + location.slot) * 65_536, prefix: 16 };
}

/** The subnets of an Azure region: one for each node pool. */
export function azureSubnets(space: Cidr): { system: Cidr; validators: Cidr } {
  const [system, validators] = sixteenths(space);
  return { system, validators };
}

/** The subnets of an AWS region: a public and a private one in each zone; up to 8 zones. */
export function awsSubnets(space: Cidr, zones: readonly string[]): readonly ZoneSubnets[] {
  const blocks = sixteenths(space);
  return zones.map((zone, index) => ({
    zone,
    public: blocks[index] as Cidr,
    private: blocks[8 + index] as Cidr,
  }));
}

/** The two subnets of an availability zone. */
export interface ZoneSubnets {
  readonly zone: string;
  readonly public: Cidr;
  readonly private: Cidr;
}

function sixteenths(space: Cidr): [Cidr, Cidr, ...Cidr[]] {
  return Array.from({ length: 16 }, (_, index) => subnet(space, space.prefix + 4, index)) as [
    Cidr,
    Cidr,
    ...Cidr[],
  ];
}
