import { type Hex, parseAbi } from "viem";
import { expect, it } from "vitest";
import type { Artifact } from "../build/artifact";
import { isOwnedByItsCreator } from "./constructor-caller";

/** PUSH1 0 CALLDATALOAD CALLER: the code that stays may read who calls. */
const RUNTIME = "60003533";

function artifact(constructorCode: string, signature = "constructor()"): Artifact {
  return {
    abi: parseAbi([signature]),
    creationCode: `0x${constructorCode}${RUNTIME}` as Hex,
    runtimeCode: `0x${RUNTIME}`,
  } as unknown as Artifact;
}

it("a contract is owned by its creator if the constructor reads msg.sender", () => {
  // CALLER PUSH1 0 SSTORE
  expect(isOwnedByItsCreator(artifact("33600055"))).toBe(true);
});

it("a contract is not owned by its creator if the byte of CALLER is only part of a number, or absent", () => {
  // PUSH1 0x33, PUSH2 0x3333
  expect(isOwnedByItsCreator(artifact("6033613333"))).toBe(false);
  expect(isOwnedByItsCreator(artifact(""))).toBe(false);
});

it("a contract with an address parameter is not owned by its creator: msg.sender may only be for events", () => {
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(address owner)"))).toBe(false);
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(address[] owners)"))).toBe(false);
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(uint256 step)"))).toBe(true);
});
