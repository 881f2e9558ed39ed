import { expect, test } from "vitest";
import { findContract, parseContractName, parseInput, parseInputText } from "./standard-input";

const input = {
  language: "Solidity",
  sources: { "a:b.sol": { content: "contract A {}" }, "c.sol": { content: "import './x';\nlibrary C {}" } },
};

test("a contract's name follows the last colon", () => {
  expect(parseContractName("a:b.sol:A")).toEqual({ path: "a:b.sol", name: "A" });
  expect([":A", "A", "a.sol:", ""].map(parseContractName)).toEqual(Array(4).fill(undefined));
});

test("a name alone is found where it is defined", () => {
  const parsed = parseInput(input);
  expect(parsed && findContract("C", parsed)).toEqual({ path: "c.sol", name: "C" });
  expect(parsed && findContract("c.sol:C", parsed)).toEqual({ path: "c.sol", name: "C" });
  expect(parsed && findContract("D", parsed)).toBeUndefined();
});

test("an input has a language and sources with their contents; settings may be missing", () => {
  expect(parseInput(input)).toEqual({ ...input, settings: {} });
  expect(parseInput({ ...input, sources: {} })).toBeUndefined();
  expect(parseInput({ ...input, sources: { "a.sol": { urls: ["ipfs://x"] } } })).toBeUndefined();
  expect(parseInput({ ...input, language: "Vyper" })).toBeUndefined();
  expect(parseInputText("{")).toBeUndefined();
  expect(parseInputText("null")).toBeUndefined();
});
