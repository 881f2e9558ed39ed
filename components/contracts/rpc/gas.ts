import { type Hex, size } from "viem";

/** A fifth more than a node estimates: the state may change between the estimate and the block. */
export function withMargin(gas: bigint): bigint {
  return (gas * 12n) / 10n;
}

/**
 * Enough gas for a creation whose constructor has an ordinary length. Prices: transaction 21,000, calldata 16 a byte,
 * CREATE2 32,000 and 6 for each hashed word (EIP-1014), init code 2 a word (EIP-3860), stored code 200 a byte.
 */
export function creationGasBound(data: Hex, runtimeBytes: number): bigint {
  const bytes = size(data);
  return BigInt(21_000 + 16 * bytes + 32_000 + bytes + 200 * runtimeBytes + CONSTRUCTOR_GAS);
}

/** A constructor that writes some forty storage slots. */
const CONSTRUCTOR_GAS = 1_000_000;
