import { describe, expect, it } from "vitest";
import { type Compiler, compilerFor, isCompiler, versionFor } from "./compilers";

const compilers: readonly Compiler[] = [
  { packageName: "solc-0.8.9", version: "0.8.9" },
  { packageName: "solc-0.8.20", version: "0.8.20" },
  { packageName: "solc", version: "0.8.37" },
];
const chosen = (...pragmas: string[]) => compilerFor(pragmas, compilers)?.packageName;

describe("the compiler of a source", () => {
  it("is the project's own wherever the pragmas allow it", () => {
    expect(chosen()).toBe("solc");
    expect(chosen("^0.8.0", ">=0.7.0 <0.9.0", ">= 0.8.4", "0.8.37", "^0.7.0 || ^0.8.0")).toBe("solc");
  });

  it("is otherwise the newest of the installed ones that all pragmas allow", () => {
    expect(chosen("0.8.20", "^0.8.0")).toBe("solc-0.8.20");
    expect(chosen("<0.8.30")).toBe("solc-0.8.20");
    expect(chosen("=0.8.9")).toBe("solc-0.8.9");
    expect(chosen("0.7.6")).toBeUndefined();
    expect(chosen("0.8.9", "0.8.20")).toBeUndefined();
  });

  it("that is missing is named by a version that all pragmas allow", () => {
    expect(versionFor(["^0.7.0", "0.7.6"])).toBe("0.7.6");
    expect(versionFor([">=0.6.0 <0.8.0", "^0.7.2"])).toBe("0.7.2");
    expect(versionFor(["0.8.9", "0.8.20"])).toBeUndefined();
  });

  it("comes from the package solc or from an alias with the version", () => {
    expect(["solc", "solc-0.8.20", "solc-js", "solc-0.8"].map(isCompiler)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
