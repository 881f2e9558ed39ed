import { type Address, type Hex, hexToBytes, type PublicClient, size } from "viem";
import { ChainfleetError } from "../../error";

/** The most gas of one transaction on chains from Osaka on: 2^24 (EIP-7825). */
const TRANSACTION_GAS_CAP = 16_777_216n;

/**
 * A fifth more than a node estimates, because the state may change between the estimate and the block; but no more than
 * a block holds, or than EIP-7825 allows a transaction, as long as the estimate itself is within these limits.
 */
export function withMargin(estimate: bigint, blockGasLimit: bigint): bigint {
  const caps = [TRANSACTION_GAS_CAP, blockGasLimit].filter((cap) => cap >= estimate);
  return [(estimate * 12n) / 10n, ...caps].reduce(smaller);
}

/**
 * Enough gas for a creation whose constructor has an ordinary length. Prices: transaction 21,000, calldata 16 a byte,
 * CREATE2 32,000 and 6 for each hashed word (EIP-1014), init code 2 a word (EIP-3860), stored code 200 a byte. Not less
 * than the floor for large data, and not more than a block holds unless the creation needs it in any case.
 */
export function creationGasBound(data: Hex, runtimeBytes: number, blockGasLimit: bigint): bigint {
  const bytes = size(data);
  const bound = BigInt(21_000 + 16 * bytes + 32_000 + bytes + 200 * runtimeBytes + CONSTRUCTOR_GAS);
  const least = larger(leastCreationGas(data, runtimeBytes), dataGasFloor(data));
  return larger(least, smaller(larger(bound, dataGasFloor(data)), blockGasLimit));
}

/** More gas than any call needs that sets a few storage slots, through a Safe as well. */
export function callGasBound(data: Hex): bigint {
  return larger(300_000n + BigInt(16 * size(data)), dataGasFloor(data));
}

/**
 * What a transaction must offer for its data from Prague on, however little it executes: 10 a zero byte and 40 any other
 * (EIP-7623).
 */
function dataGasFloor(data: Hex): bigint {
  return 21_000n + BigInt(hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 10 : 40), 0));
}

/** A constructor that writes some forty storage slots. */
const CONSTRUCTOR_GAS = 1_000_000;

/**
 * The gas that a creation needs at least, whatever its constructor does: the transaction, its calldata (4 for a zero byte,
 * 16 for any other), the creation, and the stored code.
 */
export function leastCreationGas(data: Hex, runtimeBytes: number): bigint {
  const calldata = hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
  return BigInt(21_000 + calldata + 32_000 + 200 * runtimeBytes);
}

/** A transaction as a node simulates it. */
export interface SimulatedTransaction {
  readonly account?: Address;
  readonly to?: Address;
  readonly data: Hex;
  /** In wei. @default 0n */
  readonly value?: bigint;
}

/**
 * Whether a transaction whose estimate failed would succeed with more gas than a block of the chain holds. A creation
 * through the deterministic deployer that runs out of gas looks like any other revert.
 */
export async function needsMoreThanBlock(
  client: PublicClient,
  transaction: SimulatedTransaction,
  blockGasLimit: bigint,
): Promise<boolean> {
  try {
    // Nodes execute calls with more gas than a block holds; Besu and geth limit them by --rpc-gas-cap and --rpc.gascap.
    await client.call({ ...transaction, gas: blockGasLimit * AMPLE_BLOCKS });
    return true;
  } catch {
    return false;
  }
}

const AMPLE_BLOCKS = 16n;

/** No block of the chain can hold the transaction. Gas in units. */
export function gasAboveBlockLimit(
  name: string,
  chain: string,
  { needed, limit }: { readonly needed?: bigint; readonly limit: bigint },
): ChainfleetError {
  const need = needed === undefined ? "more gas" : `${grouped(needed)} gas, which is more`;
  return new ChainfleetError({
    code: "GAS_ABOVE_BLOCK_LIMIT",
    summary: `${name} on ${chain}: the transaction needs ${need} than a block of the chain holds: ${grouped(limit)}. Nothing was sent.`,
    next: "The arguments are not the reason. Split the contract or the call, or let the chain's operators raise the block gas limit (Besu: --target-gas-limit on the validators).",
  });
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** @example "30,000,000" */
function grouped(gas: bigint): string {
  return gas.toLocaleString("en-US");
}
