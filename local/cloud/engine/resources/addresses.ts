import { Address4 } from "ip-address";

/** Parses an IPv4 range in CIDR notation; undefined if the text is no range or has bits set after the prefix. */
export function parseRange(cidr: string): Address4 | undefined {
  if (!/^[\d.]+\/\d+$/.test(cidr) || !Address4.isValid(cidr)) {
    return undefined;
  }
  const range = new Address4(cidr);
  return range.startAddress().correctForm() === range.correctForm() ? range : undefined;
}

/** The number after the slash. Throws an Error if {@link parseRange} does not accept the range. */
export function prefixLength(cidr: string): number {
  return parsed(cidr).subnetMask;
}

/** True if the ranges share an address. Throws an Error if {@link parseRange} does not accept one of them. */
export function overlap(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** True if every address of the inner range is in the outer range. Throws as {@link overlap} does. */
export function contains(outer: string, inner: string): boolean {
  return parsed(inner).isInSubnet(parsed(outer));
}

/** True if the text is a single IPv4 address. */
export function isAddress(text: string): boolean {
  return !text.includes("/") && Address4.isValid(text);
}

function parsed(cidr: string): Address4 {
  const range = parseRange(cidr);
  if (range === undefined) {
    throw new Error(`${cidr} is not an IPv4 range in CIDR notation`);
  }
  return range;
}
