import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { ChainfleetError } from "../../error";
import { type Artifact, parseArtifact } from "./artifact";
import { forge } from "./foundry";
import { hashOfSources, requireInstalledPackages } from "./sources";

/** The compiled contracts of one version of the sources. */
export interface Build {
  /** Hash of the sources, the Solidity packages, the compiler and its settings. */
  readonly sourcesHash: string;
  /** Of the project's own contracts, by name. */
  readonly artifacts: ReadonlyMap<string, Artifact>;
}

/** Builds are kept here, each in a folder named by its sources hash. */
const BUILDS = ".chainfleet/contracts";

/**
 * Builds the contracts, unless the same sources were built before. A build that is killed leaves nothing that counts,
 * because a build gets its name when it is complete.
 *
 * @param root the project's folder.
 * @param say takes a line of progress when the compiler has to run, which takes seconds.
 * @throws ChainfleetError with the compiler's output if the sources do not compile.
 */
export async function build(root: string, say: (line: string) => void): Promise<Build> {
  const sourcesHash = hashOfSources(root);
  const names = contractNames(root);
  if (!existsSync(join(root, BUILDS, sourcesHash))) {
    requireInstalledPackages(root);
    say("contracts: compiling, because these sources were not compiled before");
    await forgeBuild(root, sourcesHash);
  }
  return { sourcesHash, artifacts: readArtifacts(root, sourcesHash, names) };
}

/**
 * Reads an artifact of a build.
 *
 * @throws ChainfleetError if the build is not on this machine, or the artifact is damaged.
 */
export function readArtifact(root: string, sourcesHash: string, contract: string): Artifact {
  const file = join(BUILDS, sourcesHash, `${contract}.sol`, `${contract}.json`);
  try {
    return parseArtifact(contract, file, readFileSync(join(root, file), "utf8"));
  } catch (cause) {
    if (cause instanceof ChainfleetError) {
      throw cause;
    }
    throw new ChainfleetError({
      code: "ARTIFACT_UNREADABLE",
      summary: `${file} cannot be read: ${(cause as Error).message}`,
      next: "Run again: a missing build is made. If the file exists, delete .chainfleet/contracts first.",
      cause,
    });
  }
}

/** Each contract of contracts/src is in a file of its name. Interfaces and abstract contracts are left out. */
function readArtifacts(root: string, sourcesHash: string, names: readonly string[]): Map<string, Artifact> {
  return new Map(
    names
      .filter((name) => existsSync(join(root, BUILDS, sourcesHash, `${name}.sol`, `${name}.json`)))
      .map((name) => [name, readArtifact(root, sourcesHash, name)] as const)
      .filter(([, artifact]) => artifact.creationCode !== "0x"),
  );
}

/**
 * The names of the contracts in contracts/src, which are the names of their files.
 *
 * @throws ChainfleetError if two files have one name, because the config knows a contract by its name alone.
 */
function contractNames(root: string): string[] {
  const files = readdirSync(join(root, "contracts/src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .map((file) => ({ name: basename(file, ".sol"), file: join("contracts/src", file) }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.file.localeCompare(b.file));
  const duplicates = files.flatMap(({ name, file }, index) =>
    files[index + 1]?.name === name ? [`${files[index + 1]?.file} and ${file}`] : [],
  );
  if (duplicates.length > 0) {
    throw new ChainfleetError({
      code: "CONTRACT_NAME_NOT_UNIQUE",
      summary: `Two files have a contract of the same name:\n${duplicates.join("\n")}`,
      next: "Rename one of the files and its contract: a config knows a contract by its name.",
    });
  }
  return files.map(({ name }) => name);
}

async function forgeBuild(root: string, sourcesHash: string): Promise<void> {
  const unfinished = join(root, BUILDS, `.${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await promisify(execFile)(
      forge(),
      [
        "build",
        "--skip",
        "test",
        "--out",
        unfinished,
        "--cache-path",
        join(unfinished, ".cache"),
        "--color",
        "never",
      ],
      { cwd: root, maxBuffer: 64 * 1024 * 1024 },
    );
    renameSync(unfinished, join(root, BUILDS, sourcesHash));
  } catch (error) {
    // Another program may have made the same build in the meantime.
    if (!existsSync(join(root, BUILDS, sourcesHash))) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new ChainfleetError({
        code: "CONTRACTS_DO_NOT_COMPILE",
        summary: `forge build failed; nothing was changed.\n${`${stdout}${stderr}`.trim() || (error as Error).message}`,
        next: "Correct contracts/src, or run npm ci if a package is missing.",
      });
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
