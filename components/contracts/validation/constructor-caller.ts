import { type Hex, hexToBytes } from "viem";
import type { Artifact } from "../build/artifact";
import { constructorParameters } from "../definitions/parameters";

const CALLER = 0x33;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/**
 * Whether the deterministic deployer, and so nobody, would probably own a contract that it creates: the constructor
 * reads `msg.sender`, and no parameter is an address that could be the owner instead.
 */
export function isOwnedByItsCreator({ abi, creationCode, runtimeCode }: Artifact): boolean {
  return (
    !constructorParameters(abi).some(({ type }) => type.startsWith("address")) &&
    readsCaller(constructorCode(creationCode, runtimeCode))
  );
}

/** The part of the creation code that runs once: it comes before the runtime code. */
function constructorCode(creationCode: Hex, runtimeCode: Hex): Uint8Array {
  const end = creationCode.indexOf(runtimeCode.slice(2));
  return hexToBytes(end % 2 === 0 ? (creationCode.slice(0, end) as Hex) : "0x");
}

/** Whether EVM code has the instruction CALLER. The bytes that follow a PUSH are a number, not instructions. */
function readsCaller(code: Uint8Array): boolean {
  for (let position = 0; position < code.length; position += 1) {
    const instruction = code[position] ?? 0;
    if (instruction === CALLER) {
      return true;
    }
    if (instruction >= PUSH1 && instruction <= PUSH32) {
      position += instruction - PUSH1 + 1;
    }
  }
  return false;
}
