import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { build } from "./build";

const ROOT = join(__dirname, "../..");
const projects: string[] = [];

/** A project of its own with these sources, and this one's compiler and settings. */
function project(sources: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "chainfleet-build-"));
  projects.push(root);
  mkdirSync(join(root, "contracts"));
  for (const file of ["foundry.toml", "package.json", "package-lock.json", "contracts/solc"]) {
    copyFileSync(join(ROOT, file), join(root, file));
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  for (const [name, code] of Object.entries(sources)) {
    const file = join(root, "contracts/src", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n${code}\n`);
  }
  return root;
}

const silent = () => {};

afterAll(() => {
  for (const root of projects) {
    rmSync(root, { recursive: true, force: true });
  }
});

describe("a build", () => {
  it("has every contract of contracts/src, however deep its file is, and no interface", async () => {
    const root = project({
      "Tally.sol": "contract Tally { uint256 public count = 1; }",
      "some/where/Other.sol": "contract Other { uint256 public count = 2; }",
      "ITally.sol": "interface ITally { function count() external view returns (uint256); }",
    });
    expect([...(await build(root, silent)).artifacts.keys()]).toEqual(["Other", "Tally"]);
  });

  it("that fails says what the compiler says, each time, and keeps nothing", async () => {
    const root = project({ "Tally.sol": "contract Tally { uint256 public count = 1 }" });
    for (const _ of ["first", "second"]) {
      await expect(build(root, silent)).rejects.toThrow(/Expected ';' but got '}'[\s\S]*Tally\.sol:3/);
    }
  });

  it("names both files when two have one contract's name", async () => {
    const root = project({
      "Tally.sol": "contract Tally { uint256 public count = 1; }",
      "copy/Tally.sol": "contract Tally { uint256 public count = 2; }",
    });
    await expect(build(root, silent)).rejects.toThrow(
      /contracts\/src\/Tally\.sol and contracts\/src\/copy\/Tally\.sol/,
    );
  });
});
