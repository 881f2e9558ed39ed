import { type Hex, hexToBytes, keccak256 } from "viem";
import type { Artifact } from "../build/artifact";

/** How the code at an address compares with a contract's. */
export type Likeness =
  /** The same instructions; immutables are the constructor's business, metadata the compiler's. */
  | { readonly is: "same" }
  | { readonly is: "nothing there" }
  | { readonly is: "other"; readonly there: Hex; readonly expected: Hex };

/**
 * Compares the code at an address with what a contract's would be. Immutables are left out on both sides, and the
 * metadata that solc appends (https://docs.soliditylang.org/en/latest/metadata.html): it differs with comments.
 * The hashes of `other` are those of what was compared.
 */
export function compareRuntimeCode(
  there: Hex | undefined,
  { runtimeCode, immutables }: Pick<Artifact, "runtimeCode" | "immutables">,
): Likeness {
  if (there === undefined || there === "0x") {
    return { is: "nothing there" };
  }
  const [found, expected] = [there, runtimeCode].map((code) =>
    keccak256(withoutMetadata(blanked(hexToBytes(code), immutables))),
  ) as [Hex, Hex];
  return found === expected ? { is: "same" } : { is: "other", there: found, expected };
}

function blanked(code: Uint8Array, immutables: Artifact["immutables"]): Uint8Array {
  for (const { start, length } of immutables) {
    code.fill(0, start, start + length);
  }
  return code;
}

/** The last two bytes tell the length of the CBOR map before them. */
function withoutMetadata(code: Uint8Array): Uint8Array {
  if (code.length < 2) {
    return code;
  }
  const length = ((code.at(-2) ?? 0) << 8) | (code.at(-1) ?? 0);
  const start = code.length - 2 - length;
  // A CBOR map of one to four entries, as solc writes it: else there is no metadata.
  const first = code[start] ?? 0;
  return length > 0 && start >= 0 && first >= 0xa1 && first <= 0xa4 ? code.subarray(0, start) : code;
}
