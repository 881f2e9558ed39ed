import { Address4 } from "ip-address";
import { findLocation, type LocatedCloud } from "./locations";

/*
 * The address plan: the address space of each region and the subnets in it. Two regions never overlap, and adding or
 * removing a region never moves another region, because the address space depends only on the region's location or on
 * its own `cidr`.
 */

/** An IPv4 block without host bits, as {@link parseCidr} and {@link subnet} return it. `subnetMask` is its prefix length. */
export type Cidr = Address4;

/** Parses an IPv4 block such as `10.9.0.0/16`. Undefined if the text is no IPv4 block or has host bits. */
export function parseCidr(text: string): Cidr | undefined {
  if (!/^[\d.]+\/\d+$/.test(text) || !Address4.isValid(text)) {
    return undefined;
  }
  const block = new Address4(text);
  return block.startAddress().correctForm() === block.correctForm() ? block : undefined;
}

/** The text of an IPv4 block. @example "10.9.0.0/16" */
export function formatCidr(block: Cidr): string {
  return block.networkForm();
}

/** True if the blocks have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.isInSubnet(b) || b.isInSubnet(a);
}

/**
 * The subnet of `parent` with the given prefix length and index, counted from 0.
 *
 * @throws RangeError if `parent` has no such subnet.
 */
export function subnet(parent: Cidr, prefixLength: number, index: number): Cidr {
  const count = prefixLength < parent.subnetMask ? 0 : 2 ** (prefixLength - parent.subnetMask);
  if (index < 0 || index >= count) {
    throw new RangeError(`${formatCidr(parent)} has no /${prefixLength} subnet with index ${index}.`);
  }
  const first = parent.startAddress().offset(index * 2 ** (32 - prefixLength));
  return new Address4(`${first.correctForm()}/${prefixLength}`);
}

/** The properties of a region that determine its address space. */
export interface Addressed {
  readonly cloud: LocatedCloud;
  readonly location: string;
  /** An IPv4 block between /16 and /20. @default the /16 of 10.0.0.0/8 that is reserved for the location */
  readonly cidr?: string | undefined;
}

/** The prefix length of the smallest region, which has sixteen subnets of /24. */
export const LONGEST_REGION_PREFIX = 20;

/**
 * The address space of a region.
 *
 * @throws RangeError if the location or the block is invalid. The check of the config refuses both.
 */
export function addressSpace(region: Addressed): Cidr {
  if (region.cidr !== undefined) {
    const cidr = parseCidr(region.cidr);
    if (cidr === undefined) {
      throw new RangeError(`${region.cidr} is not an IPv4 block without host bits.`);
    }
    return cidr;
  }
  const location = findLocation(region.cloud, region.location);
  if (location === undefined) {
    throw new RangeError(`${region.cloud} has no location ${region.location}.`);
  }
  return new Address4(`10.${location.slot}.0.0/16`);
}

/** The subnets of an Azure region, one for each node pool. */
export function azureSubnets(space: Cidr): { system: Cidr; validators: Cidr } {
  const [system, validators] = sixteenths(space);
  return { system, validators };
}

/** The subnets of an AWS region: a public and a private subnet in each of at most 8 zones. */
export function awsSubnets(space: Cidr, zones: readonly string[]): readonly ZoneSubnets[] {
  const blocks = sixteenths(space);
  return zones.map((zone, index) => ({
    zone,
    public: blocks[index] as Cidr,
    private: blocks[8 + index] as Cidr,
  }));
}

/** The subnets of an availability zone. */
export interface ZoneSubnets {
  /** @example "eu-west-1a" */
  readonly zone: string;
  readonly public: Cidr;
  readonly private: Cidr;
}

function sixteenths(space: Cidr): [Cidr, Cidr, ...Cidr[]] {
  return Array.from({ length: 16 }, (_, index) => subnet(space, space.subnetMask + 4, index)) as [
    Cidr,
    Cidr,
    ...Cidr[],
  ];
}
