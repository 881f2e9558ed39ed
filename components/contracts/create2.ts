import { type Address, concat, getCreate2Address, type Hex, type PublicClient, size } from "viem";
import type { Job } from "./lane/lane";

/**
 * The deterministic deployment proxy: the same address on every chain. It takes `salt ++ init code` and makes the
 * contract by CREATE2. https://github.com/Arachnid/deterministic-deployment-proxy
 */
export const DETERMINISTIC_DEPLOYER: Address = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** A contract as it is made: constructor code with the arguments behind it. */
export interface Creation {
  /** @example "CCIPRouter" */
  readonly name: string;
  readonly salt: Hex;
  readonly initCode: Hex;
  /** Length of the code that stays on the chain, in bytes: what most of the gas is paid for. */
  readonly runtimeBytes: number;
  /** Contracts that its constructor calls. */
  readonly after: readonly string[];
}

/** Where a contract will be, on any chain. */
export function create2Address({ salt, initCode }: Pick<Creation, "salt" | "initCode">): Address {
  return getCreate2Address({ from: DETERMINISTIC_DEPLOYER, salt, bytecode: initCode });
}

/** The transaction that makes a contract. It is done when there is code at the address. */
export function create2Job(creation: Creation, client: PublicClient): Job {
  const data = concat([creation.salt, creation.initCode]);
  const address = create2Address(creation);
  return {
    name: creation.name,
    to: DETERMINISTIC_DEPLOYER,
    data,
    value: 0n,
    after: creation.after,
    isDone: async () => {
      const code = await client.getCode({ address });
      return code !== undefined && size(code) > 0;
    },
    gas: () =>
      // What a constructor calls is not there yet when both leave in the same block: then no node can estimate.
      client
        .estimateGas({ to: DETERMINISTIC_DEPLOYER, data })
        .then((gas) => (gas * 12n) / 10n)
        .catch(() => gasBound(data, creation.runtimeBytes)),
  };
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
