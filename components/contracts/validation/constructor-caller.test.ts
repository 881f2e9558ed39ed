import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import { keepingTheirCreator, type SimulatedCreation } from "./constructor-caller";

/** Init code that does something, and then leaves one byte of code: STOP. */
const creation = (name: string, constructorCode: string, runtimeCode: Hex = "0x00"): SimulatedCreation => ({
  name,
  address: `0x${name.charCodeAt(0).toString(16).padStart(40, "0")}`,
  // MSTORE8 of the byte, RETURN of it.
  initCode: `0x${constructorCode}600060005360016000f3${runtimeCode.slice(2)}`,
  runtimeCode,
  value: 0n,
});
/** CALLER, PUSH1 0, SSTORE. */
const STORES_CALLER = "33600055";
const kept = (...creations: SimulatedCreation[]) => keepingTheirCreator(creations);

describe("a contract keeps who creates it", () => {
  it("if its constructor stores msg.sender, whatever its arguments are", async () => {
    const withAddress = { ...creation("A", STORES_CALLER) };
    const initCode: Hex = `${withAddress.initCode}${"0".repeat(24)}${"ab".repeat(20)}`;
    expect(await kept({ ...withAddress, initCode })).toEqual(["A"]);
  });

  it("if msg.sender decides where something is stored, or becomes an immutable", async () => {
    // PUSH1 1, CALLER, SSTORE
    expect(await kept(creation("A", "60013355"))).toEqual(["A"]);
    // CALLER, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN: the code that stays is the caller.
    expect(await kept(creation("A", "33600052602060 00f3".replace(" ", "")))).toEqual(["A"]);
  });

  it("but not if msg.sender is only in an event, or compared, or if the constructor stores its own address", async () => {
    // CALLER, PUSH1 0, PUSH1 0, LOG1
    expect(await kept(creation("A", "3360006000a1"))).toEqual([]);
    // CALLER, ORIGIN, EQ, POP
    expect(await kept(creation("A", "33321450"))).toEqual([]);
    // CALLER, POP, ADDRESS, PUSH1 0, SSTORE
    expect(await kept(creation("A", "335030600055"))).toEqual([]);
    // PUSH2 0x3333, POP
    expect(await kept(creation("A", "61333350"))).toEqual([]);
  });

  it("if the initializer of its implementation stores msg.sender, which only the execution shows", async () => {
    // The implementation's code, which a constructor leaves: CALLER, PUSH1 0, SSTORE in a word that is returned.
    const implementation: SimulatedCreation = {
      ...creation("A", ""),
      initCode: "0x63336000556000526004601cf3",
    };
    // DELEGATECALL to the implementation with all gas.
    const proxy = creation("B", `6000600060006000${`73${implementation.address.slice(2)}`}5af450`);
    expect(await kept(implementation, proxy)).toEqual(["B"]);
  });

  it("as far as its code tells, if the constructor needs contracts that are only on the chain", async () => {
    // PUSH1 0, DUP1, REVERT
    expect(await kept(creation("A", "33506000 80fd".replace(" ", "")))).toEqual(["A"]);
    expect(await kept(creation("A", "600080fd"), creation("B", STORES_CALLER))).toEqual(["B"]);
    // The code that stays reads msg.sender, the constructor does not.
    expect(await kept(creation("A", "600080fd", "0x33600033600033600033600033600033600033"))).toEqual([]);
  });
});
