import { parseAbi } from "viem";
import { describe, expect, it } from "vitest";
import { findFunction } from "./parameters";

const abi = parseAbi([
  "function increment()",
  "function safeMint(address to)",
  "function safeMint(address to, uint256 id)",
]);

describe("a function of a contract", () => {
  it("is found by its name, or by its signature if several functions have the name", () => {
    expect(findFunction(abi, "increment")).toMatchObject({ kind: "function", entry: { name: "increment" } });
    expect(findFunction(abi, "safeMint(address, uint256)")).toMatchObject({
      kind: "function",
      entry: { inputs: [{}, {}] },
    });
    expect(findFunction(abi, "safeMint")).toEqual({
      kind: "problem",
      problem:
        'is "safeMint", and several functions have this name; write one of safeMint(address), safeMint(address,uint256)',
    });
  });

  it("that does not exist is reported with the functions that exist", () => {
    expect(findFunction(abi, "incremnt")).toEqual({
      kind: "problem",
      problem:
        'is "incremnt", which is no function of the contract; did you mean "increment"? (functions: increment, safeMint)',
    });
    expect(findFunction(abi, "safeMint(adress)")).toEqual({
      kind: "problem",
      problem:
        'is "safeMint(adress)", which is no function of the contract; did you mean "safeMint(address)"? (functions: increment(), safeMint(address), safeMint(address,uint256))',
    });
    expect(findFunction([], "burn")).toEqual({
      kind: "problem",
      problem: 'is "burn", which is no function of the contract (functions: none)',
    });
  });
});
