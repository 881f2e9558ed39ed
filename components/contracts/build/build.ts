import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { ChainfleetError } from "../../error";
import { type Artifact, parseArtifact } from "./artifact";
import type { Compiler } from "./compilers";
import { forgeEnvironment } from "./forge-config";
import { forge } from "./foundry";
import { type BuildInputs, buildInputs, requireInstalledPackages, SOLC_PROGRAM } from "./sources";

/** The compiled contracts of one version of the sources. */
export interface Build {
  /** Hash of the sources, the compilers and their settings. */
  readonly sourcesHash: string;
  /** Of the project's own contracts, interfaces and libraries, by name. */
  readonly artifacts: ReadonlyMap<string, Artifact>;
}

/** Builds are kept here, each in a folder named by its sources hash. */
const BUILDS = ".chainfleet/contracts";

/**
 * Builds the contracts, unless the same sources were built before. A build that is killed leaves nothing that counts,
 * because a build gets its name when it is complete.
 *
 * @param root the project's folder.
 * @param say takes a line of progress when the compiler has to run, which takes seconds, and a line about each source that
 *   no installed compiler takes.
 * @throws ChainfleetError with the compiler's output if the sources do not compile.
 */
export function build(root: string, say: (line: string) => void): Promise<Build> {
  const ahead = started.get(root);
  started.delete(root);
  if (ahead === undefined) {
    return buildNow(root, say);
  }
  ahead.tell(say);
  return ahead.result;
}

/** Starts a build for which this process will ask. The next call of `build` for the project takes the result. */
export function startBuild(root: string): void {
  const lines: string[] = [];
  let say = (line: string): void => void lines.push(line);
  const result = buildNow(root, (line) => say(line));
  // Whoever takes the result also takes the failure.
  result.catch(() => {});
  started.set(root, {
    result,
    tell: (tellLine) => {
      lines.forEach(tellLine);
      say = tellLine;
    },
  });
}

/** A build for which nobody has asked yet. */
interface StartedBuild {
  readonly result: Promise<Build>;
  /** Sets who is told the progress, beginning with the progress so far. */
  readonly tell: (say: (line: string) => void) => void;
}

/** By the project's folder. */
const started = new Map<string, StartedBuild>();

async function buildNow(root: string, say: (line: string) => void): Promise<Build> {
  const inputs = await buildInputs(root);
  const names = contractNames(inputs);
  for (const { file, problem } of inputs.skipped) {
    say(`contracts: ${file} is not compiled: it ${problem}`);
  }
  if (!existsSync(join(root, BUILDS, inputs.hash))) {
    requireInstalledPackages(root, inputs.packages);
    say("contracts: compiling, because these sources were not compiled before");
    await forgeBuild(root, inputs);
  }
  return { sourcesHash: inputs.hash, artifacts: readArtifacts(root, inputs.hash, names) };
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

/** Each contract of contracts/src is in a file of its name. */
function readArtifacts(root: string, sourcesHash: string, names: readonly string[]): Map<string, Artifact> {
  return new Map(
    names
      .filter((name) => existsSync(join(root, BUILDS, sourcesHash, `${name}.sol`, `${name}.json`)))
      .map((name) => [name, readArtifact(root, sourcesHash, name)] as const),
  );
}

/**
 * The names of the contracts, which are the names of their files.
 *
 * @throws ChainfleetError if two files have one name, because the config knows a contract by its name alone.
 */
function contractNames({ groups }: BuildInputs): string[] {
  const files = groups
    .flatMap((group) => group.files)
    .map((file) => ({ name: basename(file, ".sol"), file }))
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

async function forgeBuild(root: string, { hash, groups, skipped }: BuildInputs): Promise<void> {
  const unfinished = join(root, BUILDS, `.${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    const [onlyGroup] = groups;
    if (groups.length === 1 && skipped.length === 0 && onlyGroup !== undefined) {
      await runForge({ root, out: unfinished, compiler: onlyGroup.compiler, files: [] });
    } else {
      for (const { compiler, files } of groups) {
        const out = join(unfinished, `.${compiler.packageName}`);
        await runForge({ root, out, compiler, files });
        // What another compiler made of a source that both import is not wanted.
        for (const name of files.map((file) => basename(file)).filter((one) => existsSync(join(out, one)))) {
          renameSync(join(out, name), join(unfinished, name));
        }
        rmSync(out, { recursive: true });
      }
    }
    renameSync(unfinished, join(root, BUILDS, hash));
  } catch (error) {
    // Another program may have made the same build in the meantime.
    if (!existsSync(join(root, BUILDS, hash))) {
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

interface ForgeRun {
  readonly root: string;
  /** The folder of the artifacts. */
  readonly out: string;
  readonly compiler: Compiler;
  /** The sources to compile; none for all. */
  readonly files: readonly string[];
}

async function runForge({ root, out, compiler, files }: ForgeRun): Promise<void> {
  await promisify(execFile)(
    forge(),
    [
      "build",
      ...files,
      ...["--skip", "test", "--skip", "script"],
      ...["--out", out],
      ...["--cache-path", join(out, ".cache")],
      ...["--use", SOLC_PROGRAM],
      ...["--color", "never"],
    ],
    {
      cwd: root,
      env: { ...forgeEnvironment(), [COMPILER_VARIABLE]: compiler.packageName },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
}

/** Tells contracts/solc which package is the compiler. */
const COMPILER_VARIABLE = "CHAINFLEET_SOLC";
