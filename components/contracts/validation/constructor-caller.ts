import { type Hex, hexToBytes } from "viem";
import type { Artifact } from "../build/artifact";
import { constructorParameters } from "../definitions/parameters";

const CALLER = 0x33;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/**
 * Whether a contract would likely belong to the deterministic deployer, and so to nobody, if that made it: its
 * constructor reads `msg.sender`, and is given no address to use in its place.
 */
export function belongsToItsCreator({ abi, creationCode, runtimeCode }: Artifact): boolean {
  return (
    !constructorParameters(abi).some(({ type }) => type.startsWith("address")) &&
    readsCaller(constructorCode(creationCode, runtimeCode))
  );
}

/** What runs once: in the creation code it comes before the code that stays. */
function constructorCode(creationCode: Hex, runtimeCode: Hex): Uint8Array {
  const end = creationCode.indexOf(runtimeCode.slice(2));
  return hexToBytes(end % 2 === 0 ? (creationCode.slice(0, end) as Hex) : "0x");
}

/** @param code in which what follows a PUSH is a number, no instruction. */
function readsCaller(code: Uint8Array): boolean {
  for (let at = 0; at < code.length; at += 1) {
    const instruction = code[at] ?? 0;
    if (instruction === CALLER) {
      return true;
    }
    if (instruction >= PUSH1 && instruction <= PUSH32) {
      at += instruction - PUSH1 + 1;
    }
  }
  return false;
}
