import { encodeAbiParameters, encodeFunctionData, type Hex, pad, parseAbi, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { unseenArguments } from "./changed-arguments";

const abi = parseAbi([
  "function setLane(uint64 selector, bool enabled, uint256 fee)",
  "function setName(string name, uint256[] fees)",
  "function laneFee(uint64 selector) view returns (uint256)",
]);
const safe = parseAbi([
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
]);

const setLane = (fee: bigint, enabled = true): Hex =>
  encodeFunctionData({ abi, functionName: "setLane", args: [7n, enabled, fee] });
const throughSafe = (data: Hex): Hex =>
  encodeFunctionData({
    abi: safe,
    functionName: "execTransaction",
    args: [zeroAddress, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, pad("0x01", { size: 65 })],
  });
const uint = (value: bigint) => encodeAbiParameters([{ type: "uint256" }], [value]);
/** @param fee what `laneFee` is expected to return; absent if any value will do. */
const done = (fee?: bigint) => ({
  to: zeroAddress,
  data: encodeFunctionData({ abi, functionName: "laneFee", args: [7n] }),
  types: ["uint256"],
  wanted: fee === undefined ? [] : [{ index: 0, value: uint(fee) }],
});

describe("the changed arguments of a call", () => {
  it("are named with both values if the question does not change with them", () => {
    const changed = [{ name: "fee", from: "0", to: "1000" }];
    expect(
      unseenArguments(abi, { data: setLane(0n), done: done() }, { data: setLane(1000n), done: done() }),
    ).toEqual(changed);
    expect(
      unseenArguments(
        abi,
        { data: throughSafe(setLane(0n)), done: done() },
        { data: throughSafe(setLane(1000n)), done: done() },
      ),
    ).toEqual(changed);
  });

  it("are seen if the question asks for the new value", () => {
    const before = { data: setLane(0n), done: done(0n) };
    expect(unseenArguments(abi, before, { data: setLane(1000n), done: done(1000n) })).toEqual([]);
  });

  it("are named if the question asks for another one only", () => {
    const before = { data: setLane(0n), done: done(0n) };
    const after = { data: setLane(1000n, false), done: done(1000n) };
    expect(unseenArguments(abi, before, after)).toMatchObject([
      { name: "enabled", from: "true", to: "false" },
    ]);
  });

  it("include texts and lists", () => {
    const setName = (name: string, fees: bigint[]) =>
      encodeFunctionData({ abi, functionName: "setName", args: [name, fees] });
    expect(
      unseenArguments(
        abi,
        { data: setName("a", [1n]), done: done() },
        { data: setName("b", [1n, 2n]), done: done() },
      ),
    ).toEqual([
      { name: "name", from: "a", to: "b" },
      { name: "fees", from: '["1"]', to: '["1","2"]' },
    ]);
  });

  it("include the function itself", () => {
    const setName = encodeFunctionData({ abi, functionName: "setName", args: ["a", []] });
    expect(
      unseenArguments(abi, { data: setLane(0n), done: done() }, { data: setName, done: done() }),
    ).toEqual([
      { name: "the function", from: "setLane(uint64,bool,uint256)", to: "setName(string,uint256[])" },
    ]);
  });

  it("are none if only the signature of a Safe's transaction differs", () => {
    const data = throughSafe(setLane(0n));
    const resigned = data.replace(/01(0*)$/, "02$1") as Hex;
    expect(unseenArguments(abi, { data, done: done() }, { data: resigned, done: done() })).toEqual([]);
  });
});
