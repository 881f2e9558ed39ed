import {
  type Address,
  concat,
  getCreate2Address,
  type Hex,
  keccak256,
  type PublicClient,
  stringToHex,
} from "viem";
import type { Job } from "../lane/job";
import { hasCode } from "../rpc/code";
import { type Creation, creationGas } from "./creation";

/**
 * The deterministic deployment proxy: the same address on every chain. It takes `salt ++ init code` and makes the
 * contract by CREATE2. https://github.com/Arachnid/deterministic-deployment-proxy
 */
export const DETERMINISTIC_DEPLOYER: Address = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** A salt of the config as CREATE2 takes it: 32 bytes. */
export function saltOf(text: string): Hex {
  return keccak256(stringToHex(text));
}

/** Where a contract will be, on any chain. */
export function create2Address(salt: Hex, initCode: Hex): Address {
  return getCreate2Address({ from: DETERMINISTIC_DEPLOYER, salt, bytecode: initCode });
}

/** The data of the transaction to the deployer. */
export function create2Data(salt: Hex, initCode: Hex): Hex {
  return concat([salt, initCode]);
}

/** The transaction that makes a contract. It is done when there is code at the address. */
export function create2Job(creation: Creation, salt: Hex, client: PublicClient): Job {
  const data = create2Data(salt, creation.initCode);
  const address = create2Address(salt, creation.initCode);
  return {
    name: creation.name,
    to: DETERMINISTIC_DEPLOYER,
    data,
    value: 0n,
    isIdempotent: true,
    after: creation.after,
    isDone: () => hasCode(client, address),
    gas: creationGas(creation, client, { to: DETERMINISTIC_DEPLOYER, data }),
  };
}
