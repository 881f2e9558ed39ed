import { PROJECT_ROOT } from "../../../components/root";

/**
 * Does what every run of the program begins with and what needs no config: loads the program's modules, and lets the library of
 * elliptic curves make its tables, which takes a twentieth of a second when the first address is derived.
 */
export function preload(): void {
  require(PROJECT_ROOT);
  const { privateKeyToAddress } = require("viem/accounts") as typeof import("viem/accounts");
  privateKeyToAddress(`0x${"1".repeat(64)}`);
}
