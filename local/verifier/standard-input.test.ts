import { expect, test } from "vitest";
import { findContract, parseContractName, parseInput, parseInputText } from "./standard-input";

const input = {
  language: "Solidity",
  sources: { "a:b.sol": { content: "contract A {}" }, "c.sol": { content: "import './x';\nlibrary C {}" } },
};

test("the contract's name follows the last colon", () => {
  expect(parseContractName("a:b.sol:A")).toEqual({ path: "a:b.sol", name: "A" });
  expect([":A", "A", "a.sol:", ""].map(parseContractName)).toEqual(Array(4).fill(undefined));
});

test("a bare name resolves to the file that defines the contract", () => {
  const parsed = parseInput(input);
  expect(parsed && findContract("C", parsed)).toEqual({ path: "c.sol", name: "C" });
  expect(parsed && findContract("c.sol:C", parsed)).toEqual({ path: "c.sol", name: "C" });
  expect(parsed && findContract("D", parsed)).toBeUndefined();
});

test("an input needs a language and sources with contents; settings are optional", () => {
  expect(parseInput(input)).toEqual({ ...input, settings: {} });
  expect(parseInput({ ...input, sources: {} })).toBeUndefined();
  expect(parseInput({ ...input, sources: { "a.sol": { urls: ["ipfs://x"] } } })).toBeUndefined();
  expect(parseInput({ ...input, language: "Vyper" })).toBeUndefined();
  expect(parseInputText("{")).toBeUndefined();
  expect(parseInputText("null")).toBeUndefined();
});
