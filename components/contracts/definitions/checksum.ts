/**
 * What is wrong with the capitals of an address (EIP-55). Undefined if nothing is wrong, and also if the address has
 * only small or only capital letters: such an address has no checksum.
 *
 * @param address 0x and 40 hex digits.
 */
export function checksumProblem(address: string): string | undefined {
  const digits = address.slice(2);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) {
    return undefined;
  }
  // Loaded only here: a network without contracts needs no viem, which takes a tenth of a second to load.
  const { getAddress } = require("viem/utils") as typeof import("viem/utils");
  const checksummed = getAddress(address);
  return address === checksummed
    ? undefined
    : `the checksum is wrong; with the right checksum this address is ${checksummed}`;
}
