import {
  appendFileSync,
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
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { PROJECT_ROOT } from "../../root";
import { type Artifact, linkedCreationCode } from "./artifact";
import { build, readArtifact, startBuild } from "./build";
import { buildInputs } from "./sources";

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
    write(root, join("contracts/src", name), code);
  }
  return root;
}

/** @param code with a pragma of its own, or for every compiler of this project. */
function write(root: string, path: string, code: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  const pragma = code.includes("pragma") ? "" : "pragma solidity ^0.8.20;\n";
  writeFileSync(file, `// SPDX-License-Identifier: MIT\n${pragma}${code}\n`);
}

const hashOf = async (root: string) => (await buildInputs(root)).hash;
const TALLY = "contract Tally { uint256 public count = 1; }";

const silent = () => {};

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => {
  for (const root of projects) {
    rmSync(root, { recursive: true, force: true });
  }
});

describe("a build", () => {
  it("has every contract and interface of contracts/src in whatever subfolder", async () => {
    const root = project({
      "Tally.sol": "contract Tally { uint256 public count = 1; }",
      "some/where/Other.sol": "contract Other { uint256 public count = 2; }",
      "ITally.sol": "interface ITally { function count() external view returns (uint256); }",
    });
    const { artifacts } = await build(root, silent);
    expect([...artifacts.keys()]).toEqual(["ITally", "Other", "Tally"]);
    expect(artifacts.get("ITally")?.creationCode).toBe("0x");
  });

  it("that was started ahead is taken once, with its progress and its failure", async () => {
    const root = project({ "Tally.sol": "contract Tally { uint256 public count = 1 }" });
    startBuild(root);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const lines: string[] = [];
    await expect(build(root, (line) => lines.push(line))).rejects.toMatchObject({
      code: "CONTRACTS_DO_NOT_COMPILE",
    });
    expect(lines).toEqual(["contracts: compiling, because these sources were not compiled before"]);
    write(root, "contracts/src/Tally.sol", TALLY);
    expect([...(await build(root, silent)).artifacts.keys()]).toEqual(["Tally"]);
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

  it("has another key once anything changes that is compiled, wherever an import or a link leads", async () => {
    const root = project({
      "Tally.sol": 'import "shared/Base.sol"; import "./linked/Inner.sol"; contract Tally is Base {}',
    });
    const elsewhere = mkdtempSync(join(tmpdir(), "chainfleet-linked-"));
    projects.push(elsewhere);
    write(elsewhere, "folder/Inner.sol", "contract Inner {}");
    write(elsewhere, "Alone.sol", "contract Alone {}");
    symlinkSync(join(elsewhere, "folder"), join(root, "contracts/src/linked"));
    symlinkSync(join(elsewhere, "Alone.sol"), join(root, "contracts/src/Alone.sol"));
    write(root, "lib/shared/Base.sol", "contract Base {}");
    const settings = readFileSync(join(root, "foundry.toml"), "utf8");
    writeFileSync(
      join(root, "foundry.toml"),
      settings.replace("remappings = [", 'remappings = [\n  "shared/=lib/shared/",'),
    );
    const hashes = [await hashOf(root)];
    for (const [folder, path] of [
      [elsewhere, "folder/Inner.sol"],
      [elsewhere, "Alone.sol"],
      [root, "lib/shared/Base.sol"],
    ] as const) {
      appendFileSync(join(folder, path), "// changed\n");
      hashes.push(await hashOf(root));
    }
    expect(new Set(hashes).size).toBe(hashes.length);
    expect([...(await build(root, silent)).artifacts.keys()]).toEqual(["Alone", "Inner", "Tally"]);
    // A source that nothing imports has no part in the build.
    write(root, "lib/shared/Unused.sol", "contract Unused {}");
    expect(await hashOf(root)).toBe(hashes.at(-1));
  });

  it("has another key with other settings, whether from the environment, from .env or from foundry.toml", async () => {
    const root = project({ "Tally.sol": TALLY });
    const before = await hashOf(root);
    vi.stubEnv("CHAINFLEET_STRAY", "1");
    vi.stubEnv("FOUNDRY_OUT", "elsewhere");
    expect(await hashOf(root)).toBe(before);
    vi.stubEnv("FOUNDRY_OPTIMIZER_RUNS", "1");
    const fromEnvironment = await hashOf(root);
    vi.unstubAllEnvs();
    writeFileSync(join(root, ".env"), "FOUNDRY_OPTIMIZER_RUNS=1\n");
    expect(await hashOf(root)).toBe(fromEnvironment);
    expect(fromEnvironment).not.toBe(before);
    rmSync(join(root, ".env"));
    const settings = readFileSync(join(root, "foundry.toml"), "utf8");
    writeFileSync(join(root, "foundry.toml"), settings.replace("optimizer_runs = 200", "optimizer_runs = 1"));
    expect(await hashOf(root)).toBe(fromEnvironment);
    writeFileSync(join(root, "foundry.toml"), `${settings}\nnonsense = [`);
    await expect(build(root, silent)).rejects.toMatchObject({ code: "FORGE_CONFIG_INVALID" });
  });

  it("does not depend on variables that are no settings of forge", async () => {
    const root = project({ "Tally.sol": TALLY });
    vi.stubEnv("NODE_OPTIONS", "--require=./does-not-exist.js");
    vi.stubEnv("CHAINFLEET_SOLC", "does-not-exist");
    expect((await build(root, silent)).artifacts.size).toBe(1);
  });

  it("has a key that follows forge and the compiler, and no other package", async () => {
    const root = project({ "Tally.sol": TALLY });
    const before = await hashOf(root);
    const withVersion = (name: string) => {
      const lock = JSON.parse(readFileSync(join(PROJECT_ROOT, "package-lock.json"), "utf8"));
      expect(lock.packages[`node_modules/${name}`]).toBeDefined();
      lock.packages[`node_modules/${name}`].version = "0.8.99";
      writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
      return hashOf(root);
    };
    for (const name of ["viem", "@pulumi/pulumi", "solc-0.8.28", "@openzeppelin/contracts"]) {
      expect(await withVersion(name), name).toBe(before);
    }
    for (const name of ["solc", "@foundry-rs/forge"]) {
      expect(await withVersion(name), name).not.toBe(before);
    }
  });

  it("has a library's places in the code of a contract that calls the library", async () => {
    const root = project({
      "Sorting.sol":
        "library Sorting { function sorted(uint256[] memory a) external pure returns (uint256) { return a.length; } }",
      "Sorted.sol":
        'import "./Sorting.sol"; contract Sorted { uint256 public n; constructor(uint256[] memory a) { n = Sorting.sorted(a); } function again(uint256[] memory a) external pure returns (uint256) { return Sorting.sorted(a); } }',
    });
    const sorted = (await build(root, silent)).artifacts.get("Sorted") as Artifact;
    const [library] = sorted.libraries;
    expect(library).toMatchObject({ name: "Sorting", source: "contracts/src/Sorting.sol" });
    expect(library?.ranges.length).toBe(2);
    expect(sorted.immutables.length).toBe(1);
    expect(sorted.creationCode).toMatch(/^0x[0-9a-f]+$/);
    const address = `0x${"ab".repeat(20)}` as const;
    const linked = linkedCreationCode(sorted, { "contracts/src/Sorting.sol:Sorting": address });
    expect(linked.split("ab".repeat(20)).length).toBe(3);
  });

  it("uses the compiler that a source is pinned to if the compiler is installed, and does without the source if not", async () => {
    const said: string[] = [];
    const root = project({
      "Tally.sol": TALLY,
      "Pinned.sol": 'pragma solidity 0.8.28; import "./Tally.sol"; contract Pinned is Tally {}',
      "Ancient.sol": "pragma solidity 0.7.6; contract Ancient {}",
    });
    const { artifacts } = await build(root, (line) => said.push(line));
    expect(
      [...artifacts].map(([name, { metadata }]) => [name, metadata.compiler.version.split("+")[0]]),
    ).toEqual([
      ["Pinned", "0.8.28"],
      ["Tally", "0.8.37"],
    ]);
    expect(said[0]).toBe(
      "contracts: contracts/src/Ancient.sol is not compiled: it needs Solidity 0.7.6, with its imports, and the installed compilers are 0.8.37, 0.8.28; to compile it, run npm install --save-exact solc-0.7.6@npm:solc@0.7.6",
    );
  });

  it("has the contracts of a package that a file of contracts/src only imports", async () => {
    const root = project({
      "ERC1967Proxy.sol":
        'import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";',
    });
    const proxy = (await build(root, silent)).artifacts.get("ERC1967Proxy");
    expect(proxy?.metadata.settings.compilationTarget).toEqual({
      "node_modules/@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol": "ERC1967Proxy",
    });
  });

  it("is refused when an installed compiler or Solidity package is not the one of the lock file", async () => {
    for (const name of ["solc", "@openzeppelin/contracts"]) {
      const root = project({ "Tally.sol": TALLY });
      const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
      lock.packages[`node_modules/${name}`].version = "0.8.36";
      writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
      await expect(build(root, silent)).rejects.toMatchObject({ code: "PACKAGES_DIFFER_FROM_LOCK" });
    }
  });
});
