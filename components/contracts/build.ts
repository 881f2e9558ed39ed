import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ChainfleetError } from "../error";
import { type Artifact, parseArtifact } from "./artifact";

/** What forge made of the sources, kept by their hash: `.chainfleet/contracts/<hash>`. */
export interface Build {
  /** Of the sources, the packages' versions and the compiler's settings. */
  readonly sourcesHash: string;
  /** Of the project's own contracts, by name. */
  readonly artifacts: ReadonlyMap<string, Artifact>;
}

/** What a build depends on. The packages' sources are pinned by the lock file. */
const SOURCES = ["contracts/src", "contracts/solc", "foundry.toml", "package-lock.json"];
const BUILDS = ".chainfleet/contracts";

/**
 * Builds the contracts, unless these very sources were built before. A build that is killed leaves nothing that
 * counts: it gets its name when it is whole.
 *
 * @param root the project's folder.
 * @param say takes a line when the compiler is at work: it takes seconds.
 * @throws ChainfleetError with the compiler's words when it does not build.
 */
export async function build(root: string, say: (line: string) => void): Promise<Build> {
  const sourcesHash = hashOf(root);
  if (!existsSync(join(root, BUILDS, sourcesHash))) {
    say("contracts: compiling, as the sources are new here");
    await forgeBuild(root, sourcesHash);
  }
  return { sourcesHash, artifacts: artifactsOf(root, sourcesHash) };
}

/**
 * An artifact of a build.
 *
 * @throws ChainfleetError when the build is not there (any more).
 */
export function readArtifact(root: string, sourcesHash: string, contract: string): Artifact {
  const file = join(BUILDS, sourcesHash, `${contract}.sol`, `${contract}.json`);
  try {
    return parseArtifact(contract, file, readFileSync(join(root, file), "utf8"));
  } catch (error) {
    if (error instanceof ChainfleetError) {
      throw error;
    }
    throw new ChainfleetError(
      `${file} cannot be read: ${(error as Error).message}`,
      "Run again: it is built if it is not there. If it is there, delete .chainfleet/contracts first.",
    );
  }
}

/** Each contract of contracts/src is in a file of its name. */
function artifactsOf(root: string, sourcesHash: string): Map<string, Artifact> {
  const own = solidityFiles(join(root, "contracts/src"));
  const built = new Set(readdirSync(join(root, BUILDS, sourcesHash)));
  return new Map(
    own
      .filter((name) => built.has(`${name}.sol`))
      .filter((name) => existsSync(join(root, BUILDS, sourcesHash, `${name}.sol`, `${name}.json`)))
      .flatMap((name) => {
        const artifact = readArtifact(root, sourcesHash, name);
        return artifact.creationCode === "0x" ? [] : [[name, artifact] as const];
      }),
  );
}

function solidityFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .map((file) => file.replace(/^.*\//, "").replace(/\.sol$/, ""))
    .sort();
}

function hashOf(root: string): string {
  const hash = createHash("sha256");
  for (const source of SOURCES.flatMap((path) => filesAt(root, path))) {
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(root, source)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesAt(root: string, path: string): string[] {
  try {
    return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
  } catch {
    return [path];
  }
}

async function forgeBuild(root: string, sourcesHash: string): Promise<void> {
  const unfinished = join(root, BUILDS, `.${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await promisify(execFile)(
      join(root, "node_modules/.bin/forge"),
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
    // Another program may have built the same in the meantime.
    if (!existsSync(join(root, BUILDS, sourcesHash))) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new ChainfleetError(
        `forge build failed; nothing was changed.\n${`${stdout}${stderr}`.trim() || (error as Error).message}`,
        "Correct contracts/src, or run npm ci if a package is missing.",
      );
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
