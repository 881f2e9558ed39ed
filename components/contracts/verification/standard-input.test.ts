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
    const { sources, settings, language } = standardInput(metadata, () => SOURCE);
    expect(language).toBe("Solidity");
    expect(sources).toEqual({ "contracts/src/token/WETH9.sol": { content: SOURCE } });
    expect(settings).toMatchObject({ evmVersion: "shanghai", optimizer: { enabled: true, runs: 200 } });
    expect(settings).not.toHaveProperty("compilationTarget");
    expect(qualifiedName(metadata)).toBe("contracts/src/token/WETH9.sol:WETH9");
  });

  it("is refused if a source has changed since the compilation", () => {
    expect(() => standardInput(metadata, () => `${SOURCE} // changed`)).toThrow(
      "SOURCE_CHANGED: contracts/src/token/WETH9.sol has changed since it was compiled.",
    );
  });
});
