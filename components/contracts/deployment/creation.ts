import { type Abi, type Address, type Hex, type PublicClient, size } from "viem";
import { ChainfleetError } from "../../error";
import { revertReason } from "../rpc/revert";

/** A contract as it is made: constructor code with the arguments behind it. */
export interface Creation {
  /** @example "CCIPRouter" */
  readonly name: string;
  readonly initCode: Hex;
  /** With the errors that its constructor may throw. */
  readonly abi: Abi;
  /** Length of the code that stays on the chain, in bytes: what most of the gas is paid for. */
  readonly runtimeBytes: number;
  /** Contracts that its constructor may call. */
  readonly after: readonly string[];
}

/** A fifth more than a node estimates: state changes between the estimate and the block. */
export function withMargin(gas: bigint): bigint {
  return (gas * 12n) / 10n;
}

/**
 * Asks for the gas of a creation: a fifth more than the node estimates, or a bound where it cannot. What a constructor
 * calls is not there yet when both leave in the same block: then no node can estimate. Asked again after it gave the
 * bound, that transaction was reverted with all that it calls in lower nonces: now the node is believed.
 *
 * @returns a question that throws a ChainfleetError when the constructor refuses, and not for the want of another
 *   contract.
 */
export function creationGas(
  { name, initCode, abi, runtimeBytes, after }: Creation,
  client: PublicClient,
  transaction: { readonly account?: Address; readonly to?: Address; readonly data: Hex },
): () => Promise<bigint> {
  let hasGivenBound = false;
  return async () => {
    try {
      return withMargin(await client.estimateGas(transaction));
    } catch (error) {
      if (revertReason(error, abi) !== undefined && (after.length === 0 || hasGivenBound)) {
        throw new ChainfleetError({
          code: "TODO",
          summary: `${name}: its constructor reverts: ${await constructorReason(client, initCode, abi)}. ${hasGivenBound ? "One transaction was paid for in vain, as the node could not tell before." : "Nothing was sent."}`,
          next: "Correct its arguments: the chain takes their types, but the contract does not take their values.",
        });
      }
      hasGivenBound = true;
      return gasBound(transaction.data, runtimeBytes);
    }
  };
}

/** Asked of a creation by nobody: the deterministic deployer says nothing of why a constructor reverts. */
export async function constructorReason(client: PublicClient, initCode: Hex, abi: Abi): Promise<string> {
  try {
    await client.call({ data: initCode });
  } catch (error) {
    const reason = revertReason(error, abi);
    if (reason !== undefined) {
      return reason;
    }
  }
  return "the node does not say why";
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
