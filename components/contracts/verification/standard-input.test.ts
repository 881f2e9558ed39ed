import { keccak256, stringToHex } from "viem";
import { describe, expect, it } from "vitest";
import type { Metadata } from "../build/artifact";
import { qualifiedName, standardInput } from "./standard-input";

const SOURCE = "contract WETH9 {}";
const metadata: Metadata = {
  compiler: { version: "0.8.37+commit.f401782d" },
  language: "Solidity",
  sources: { "contracts/src/token/WETH9.sol": { keccak256: keccak256(stringToHex(SOURCE)) } },
  settings: {
    compilationTarget: { "contracts/src/token/WETH9.sol": "WETH9" },
    evmVersion: "shanghai",
    optimizer: { enabled: true, runs: 200 },
  },
};

describe("the compiler input", () => {
  it("has the sources and settings of the compilation, without the compilation target", () => {
    const { sources, settings, language } = standardInput(metadata, {}, () => SOURCE);
    expect(language).toBe("Solidity");
    expect(sources).toEqual({ "contracts/src/token/WETH9.sol": { content: SOURCE } });
    expect(settings).toMatchObject({ evmVersion: "shanghai", optimizer: { enabled: true, runs: 200 } });
    expect(settings).not.toHaveProperty("compilationTarget");
    expect(qualifiedName(metadata)).toBe("contracts/src/token/WETH9.sol:WETH9");
  });

  it("has the addresses of the libraries by source, both those that the plan and those that forge linked", () => {
    const libraries = { "contracts/src/Sorting.sol:Sorting": `0x${"1".repeat(40)}` } as const;
    const linked = {
      ...metadata,
      settings: { ...metadata.settings, libraries: { "lib/a.sol:Maths": `0x${"2".repeat(40)}` } },
    };
    expect(standardInput(linked, libraries, () => SOURCE).settings["libraries"]).toEqual({
      "contracts/src/Sorting.sol": { Sorting: `0x${"1".repeat(40)}` },
      "lib/a.sol": { Maths: `0x${"2".repeat(40)}` },
    });
  });

  it("has the text that the compiler got, whichever line endings the checkout has", () => {
    const compiled = "contract WETH9 {\n}\n";
    const sources = { "contracts/src/token/WETH9.sol": { keccak256: keccak256(stringToHex(compiled)) } };
    const input = standardInput({ ...metadata, sources }, {}, () => compiled.replaceAll("\n", "\r\n"));
    expect(input.sources).toEqual({ "contracts/src/token/WETH9.sol": { content: compiled } });
  });

  it("is refused if a source has changed since the compilation", () => {
    expect(() => standardInput(metadata, {}, () => `${SOURCE} // changed`)).toThrow(
      "SOURCE_CHANGED: contracts/src/token/WETH9.sol has changed since it was compiled.",
    );
  });
});
