/**
 * What is wrong with the capitals of an address (EIP-55), if anything is. Without a mixture of capitals and small
 * letters it has no checksum, and nothing to be wrong.
 *
 * @param address 0x and 40 hex digits.
 */
export function checksumProblem(address: string): string | undefined {
  const digits = address.slice(2);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) {
    return undefined;
  }
  // Loaded where there is one to check: a network without contracts does without viem, a tenth of a second.
  const { getAddress } = require("viem/utils") as typeof import("viem/utils");
  const right = getAddress(address);
  return address === right
    ? undefined
    : `its checksum is wrong: ${right} is the same address with the right one`;
}
