import { type Hex, hexToBytes, keccak256 } from "viem";
import type { Artifact } from "../build/artifact";

/** How the code at an address compares with the runtime code of a contract. */
export type CodeComparison =
  /** The instructions are the same. Immutables are set by the constructor, and metadata changes with comments. */
  | { readonly kind: "same" }
  /** There is no code at the address. */
  | { readonly kind: "no-code" }
  /** Both hashes are of the code without immutables and metadata. */
  | { readonly kind: "different"; readonly found: Hex; readonly expected: Hex };

/**
 * Compares the code at an address with the runtime code of a contract. Both sides are compared without immutables, without
 * a library's own address, and without the metadata that solc appends (https://docs.soliditylang.org/en/latest/metadata.html).
 *
 * @param code at the address; undefined or `0x` if there is none.
 */
export function compareRuntimeCode(
  code: Hex | undefined,
  { runtimeCode, immutables }: Pick<Artifact, "runtimeCode" | "immutables">,
): CodeComparison {
  if (code === undefined || code === "0x") {
    return { kind: "no-code" };
  }
  const replaced = [...immutables, ...ownAddresses(runtimeCode)];
  const comparable = (hex: Hex) => keccak256(withoutMetadata(withoutImmutables(hexToBytes(hex), replaced)));
  const found = comparable(code);
  const expected = comparable(runtimeCode);
  return found === expected ? { kind: "same" } : { kind: "different", found, expected };
}

/**
 * Where a library has its own address in its code, so that its functions know whether they are delegated to: the code begins
 * with PUSH20 of the address, ADDRESS and EQ
 * (https://docs.soliditylang.org/en/latest/contracts.html#call-protection-for-libraries).
 */
function ownAddresses(runtimeCode: Hex): Artifact["immutables"] {
  return runtimeCode.startsWith(`0x73${"00".repeat(20)}3014`) ? [{ start: 1, length: 20 }] : [];
}

function withoutImmutables(code: Uint8Array, immutables: Artifact["immutables"]): Uint8Array {
  for (const { start, length } of immutables) {
    code.fill(0, start, start + length);
  }
  return code;
}

/** The last two bytes of the code are the length of the CBOR map before them. */
function withoutMetadata(code: Uint8Array): Uint8Array {
  if (code.length < 2) {
    return code;
  }
  const length = ((code.at(-2) ?? 0) << 8) | (code.at(-1) ?? 0);
  const start = code.length - 2 - length;
  // solc writes a CBOR map of one to four entries. Anything else is code, not metadata.
  const first = code[start] ?? 0;
  return length > 0 && start >= 0 && first >= 0xa1 && first <= 0xa4 ? code.subarray(0, start) : code;
}
