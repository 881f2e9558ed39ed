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

it("is one whose constructor reads msg.sender", () => {
  // CALLER PUSH1 0 SSTORE
  expect(isOwnedByItsCreator(artifact("33600055"))).toBe(true);
});

it("is none whose constructor has such a byte in a number only, or nowhere", () => {
  // PUSH1 0x33, PUSH2 0x3333
  expect(isOwnedByItsCreator(artifact("6033613333"))).toBe(false);
  expect(isOwnedByItsCreator(artifact(""))).toBe(false);
});

it("is none that is given an address: it may read msg.sender for its events", () => {
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(address owner)"))).toBe(false);
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(address[] owners)"))).toBe(false);
  expect(isOwnedByItsCreator(artifact("33600055", "constructor(uint256 step)"))).toBe(true);
});
