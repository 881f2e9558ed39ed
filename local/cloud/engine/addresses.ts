import { Address4 } from "ip-address";

/** An IPv4 range in CIDR notation; undefined when the text is none, or has bits set behind the prefix. */
export function parseRange(cidr: string): Address4 | undefined {
  if (!/^[\d.]+\/\d+$/.test(cidr) || !Address4.isValid(cidr)) {
    return undefined;
  }
  const range = new Address4(cidr);
  return range.startAddress().correctForm() === range.correctForm() ? range : undefined;
}

/** The number behind the slash. Throws on what {@link parseRange} does not take. */
export function prefixLength(cidr: string): number {
  return parsed(cidr).subnetMask;
}

/** Whether the two ranges share an address. Throws on what {@link parseRange} does not take. */
export function overlap(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** Whether every address of the inner range is in the outer one. */
export function contains(outer: string, inner: string): boolean {
  return parsed(inner).isInSubnet(parsed(outer));
}

/** Whether a text is one IPv4 address. */
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
