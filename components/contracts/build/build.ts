import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { ChainfleetError } from "../../error";
import { type Artifact, parseArtifact } from "./artifact";
import { foundry } from "./foundry";

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
  const names = contractNames(root);
  if (!existsSync(join(root, BUILDS, sourcesHash))) {
    requirePackages(root);
    say("contracts: compiling, as the sources are new here");
    await forgeBuild(root, sourcesHash);
  }
  return { sourcesHash, artifacts: artifactsOf(root, sourcesHash, names) };
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
    throw new ChainfleetError({
      code: "TODO",
      summary: `${file} cannot be read: ${(error as Error).message}`,
      next: "Run again: it is built if it is not there. If it is there, delete .chainfleet/contracts first.",
    });
  }
}

/** Each contract of contracts/src is in a file of its name. */
function artifactsOf(root: string, sourcesHash: string, names: readonly string[]): Map<string, Artifact> {
  return new Map(
    names
      .filter((name) => existsSync(join(root, BUILDS, sourcesHash, `${name}.sol`, `${name}.json`)))
      .flatMap((name) => {
        const artifact = readArtifact(root, sourcesHash, name);
        return artifact.creationCode === "0x" ? [] : [[name, artifact] as const];
      }),
  );
}

/**
 * The names of the files in contracts/src.
 *
 * @throws ChainfleetError when two have one name: either could be meant.
 */
function contractNames(root: string): string[] {
  const files = readdirSync(join(root, "contracts/src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .map((file) => ({ name: basename(file, ".sol"), file: join("contracts/src", file) }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.file.localeCompare(b.file));
  const twice = files.flatMap(({ name, file }, index) =>
    files[index + 1]?.name === name ? [`${files[index + 1]?.file} and ${file}`] : [],
  );
  if (twice.length > 0) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `Two files have a contract of one name:\n${twice.join("\n")}`,
      next: "Rename one of them with its contract: a config knows a contract by its name.",
    });
  }
  return files.map(({ name }) => name);
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

/**
 * What is compiled is kept under the lock file's hash: the packages must be those that it names.
 *
 * @throws ChainfleetError with those that are of another version.
 */
function requirePackages(root: string): void {
  const { packages } = readJson(join(root, "package-lock.json")) as {
    packages: Readonly<
      Record<string, { version?: string } & Record<"dependencies" | "devDependencies", object>>
    >;
  };
  const { dependencies = {}, devDependencies = {} } = packages[""] ?? {};
  const others = Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => {
    const path = `node_modules/${name}`;
    const { version: wanted } = packages[path] ?? {};
    const { version } = readJson(join(root, path, "package.json")) as { version?: string };
    return version === undefined || version === wanted ? [] : [`${name} ${version} instead of ${wanted}`];
  });
  if (others.length > 0) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `node_modules is not what package-lock.json says: ${others.join(", ")}. Nothing was compiled.`,
      next: "Run npm ci: other packages would give the contracts other addresses.",
    });
  }
}

/** Nothing of a file that is not there: an optional package of another platform. */
function readJson(file: string): object {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

async function forgeBuild(root: string, sourcesHash: string): Promise<void> {
  const unfinished = join(root, BUILDS, `.${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await promisify(execFile)(
      foundry("forge"),
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
      throw new ChainfleetError({
        code: "TODO",
        summary: `forge build failed; nothing was changed.\n${`${stdout}${stderr}`.trim() || (error as Error).message}`,
        next: "Correct contracts/src, or run npm ci if a package is missing.",
      });
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
