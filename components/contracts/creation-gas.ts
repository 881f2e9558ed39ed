import { type Address, type Hex, type PublicClient, size } from "viem";

/**
 * Gas for a transaction: a fifth more than the node estimates, or a bound where it cannot. What a constructor calls
 * is not there yet when both leave in the same block: then no node can estimate.
 */
export function estimatedGas(
  client: PublicClient,
  transaction: { readonly account?: Address; readonly to?: Address; readonly data: Hex },
  bound: bigint,
): Promise<bigint> {
  return client
    .estimateGas(transaction)
    .then((gas) => (gas * 12n) / 10n)
    .catch(() => bound);
}

/**
 * Enough gas for a creation whose constructor is of ordinary length. Prices: transaction 21000, calldata 16 a byte,
 * CREATE2 32000 and 6 a word hashed (EIP-1014), init code 2 a word (EIP-3860), code kept 200 a byte.
 */
export function gasBound(data: Hex, runtimeBytes: number): bigint {
  const bytes = size(data);
  return BigInt(21_000 + 16 * bytes + 32_000 + bytes + 200 * runtimeBytes + CONSTRUCTOR_GAS);
}

/** A constructor that writes some forty storage slots. */
const CONSTRUCTOR_GAS = 1_000_000;
