import { type Hex, keccak256 } from "viem";

/**
 * The hash of a contract's init code. Planning asks for the same hash several times, of up to 49,152 bytes each: hashed anew each
 * time, the contracts of the dev stack took a fifth of a second in every run.
 */
export function initCodeHash(initCode: Hex): Hex {
  const hash = hashes.get(initCode) ?? keccak256(initCode);
  hashes.set(initCode, hash);
  return hash;
}

const hashes = new Map<Hex, Hex>();
