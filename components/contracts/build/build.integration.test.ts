import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../root";
import { build, readArtifact } from "./build";
import { hashOfSources } from "./sources";

const projects: string[] = [];

/** A new project with the given sources, and with this project's compiler, settings and packages. */
function project(sources: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "chainfleet-build-"));
  projects.push(root);
  mkdirSync(join(root, "contracts"));
  for (const file of ["foundry.toml", "package.json", "package-lock.json", "contracts/solc"]) {
    copyFileSync(join(PROJECT_ROOT, file), join(root, file));
  }
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"));
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
  it("has every contract of contracts/src in whatever subfolder, and no interface", async () => {
    const root = project({
      "Tally.sol": "contract Tally { uint256 public count = 1; }",
      "some/where/Other.sol": "contract Other { uint256 public count = 2; }",
      "ITally.sol": "interface ITally { function count() external view returns (uint256); }",
    });
    expect([...(await build(root, silent)).artifacts.keys()]).toEqual(["Other", "Tally"]);
  });

  it("that fails reports the compiler's output each time, and keeps nothing", async () => {
    const root = project({ "Tally.sol": "contract Tally { uint256 public count = 1 }" });
    for (const _ of ["first", "second"]) {
      const failed = build(root, silent);
      await expect(failed).rejects.toMatchObject({ code: "CONTRACTS_DO_NOT_COMPILE" });
      await expect(failed).rejects.toThrow(/Expected ';' but got '}'[\s\S]*Tally\.sol:3/);
    }
  });

  it("reports an artifact that is damaged, and names its file", () => {
    const root = project({});
    const folder = join(root, ".chainfleet/contracts/damaged/Tally.sol");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "Tally.json"), '{ "abi": [');
    expect(() => readArtifact(root, "damaged", "Tally")).toThrow(
      /^ARTIFACT_UNREADABLE: .*damaged\/Tally\.sol\/Tally\.json cannot be read/,
    );
  });

  it("is refused when two files have the same contract name, and names both files", async () => {
    const root = project({
      "Tally.sol": "contract Tally { uint256 public count = 1; }",
      "copy/Tally.sol": "contract Tally { uint256 public count = 2; }",
    });
    await expect(build(root, silent)).rejects.toThrow(
      /contracts\/src\/Tally\.sol and contracts\/src\/copy\/Tally\.sol/,
    );
  });

  it("has a key that follows the Solidity packages and the compiler, and no other package", () => {
    const root = project({ "Tally.sol": "contract Tally {}" });
    const before = hashOfSources(root);
    const withVersion = (name: string) => {
      const lock = JSON.parse(readFileSync(join(PROJECT_ROOT, "package-lock.json"), "utf8"));
      expect(lock.packages[`node_modules/${name}`]).toBeDefined();
      lock.packages[`node_modules/${name}`].version = "99.0.0";
      writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
      return hashOfSources(root);
    };
    expect(withVersion("viem")).toBe(before);
    expect(withVersion("@pulumi/pulumi")).toBe(before);
    for (const name of [
      "solc",
      "@foundry-rs/forge",
      "@openzeppelin/contracts",
      "@safe-global/safe-contracts",
    ]) {
      expect(withVersion(name), name).not.toBe(before);
    }
  });

  it("is refused when an installed Solidity package is not the one of the lock file", async () => {
    const root = project({ "Tally.sol": "contract Tally {}" });
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    lock.packages["node_modules/solc"].version = "0.8.36";
    writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
    await expect(build(root, silent)).rejects.toMatchObject({ code: "PACKAGES_DIFFER_FROM_LOCK" });
  });
});
