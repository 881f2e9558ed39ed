import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { executables } from "./executables";
import { requireMayInstall } from "./installation";
import { withLock } from "./lock";

/** Programs that are built together from one committed Go module, whose `go.mod` and `go.sum` pin every version. */
export interface GoBuild {
  /** Name of the build in the cache and in progress lines. @example "pulumi-3.248.0" */
  readonly name: string;
  /** Folder of the committed module. Every file in the folder but tests is part of the cache key. */
  readonly module: string;
  readonly programs: readonly GoProgram[];
  /** Linker flags of all programs, for instance `-X importpath.name=value`. @default "" */
  readonly ldflags?: string;
  /** Files of required modules that are copied beside the programs. @default none */
  readonly files?: readonly GoModuleFile[];
}

/** A file in a Go module. */
export interface GoModuleFile {
  /** Path of the module. */
  readonly module: string;
  /** Path of the file inside the module. */
  readonly path: string;
}

export interface GoProgram {
  /** Name of the executable file. @example "pulumi" */
  readonly name: string;
  /** Import path of the main package. @example "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" */
  readonly package: string;
}

export interface Built {
  /** Folder that holds the programs. */
  readonly folder: string;
  /** Seconds that the build took; 0 if the cache held the programs. */
  readonly seconds: number;
}

/** The folder of built programs, which all checkouts of a user share. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "chainfleet", "bin");
}

/** The folder that holds the programs of an earlier build; undefined if the cache does not hold them. */
export async function cachedBuild(build: GoBuild): Promise<string | undefined> {
  const folder = await folderOf(build);
  return (await exists(folder)) ? folder : undefined;
}

/**
 * Builds the programs unless the cache holds them. Builds of the same name wait for each other. A killed build leaves
 * an unfinished folder, which the next build of that name removes.
 *
 * @param say receives progress lines; receives none if the cache holds the programs.
 * @throws if Go is missing or the build fails; the message ends with the compiler's last lines.
 */
export async function goBuild(build: GoBuild, say: (line: string) => void): Promise<Built> {
  const parent = cacheFolder();
  const folder = await folderOf(build);
  if (await exists(folder)) {
    return { folder, seconds: 0 };
  }
  requireMayInstall(build.name);
  await mkdir(parent, { recursive: true });
  return withLock(
    join(parent, build.name),
    async () => {
      if (await exists(folder)) {
        return { folder, seconds: 0 };
      }
      await removeUnfinished(parent, build.name);
      const started = performance.now();
      const unfinished = `${folder}.unfinished`;
      await mkdir(unfinished);
      await compile(build, unfinished, say);
      await rename(unfinished, folder);
      const seconds = (performance.now() - started) / 1000;
      say(`${build.name}: built in ${Math.round(seconds)} s (kept in ${folder})`);
      return { folder, seconds };
    },
    () => say(`${build.name}: waiting for another process that builds the same programs`),
  );
}

async function compile(build: GoBuild, folder: string, say: (line: string) => void): Promise<void> {
  say(`${build.name}: downloading its Go modules, then building (once; this takes some minutes)`);
  const packages = await downloadedPackages(build);
  await compileStandardLibrary(build, packages);
  let compiled = 0;
  let reported = performance.now();
  // One command for all programs: while Go links one program, it compiles the next one.
  const flags = [...COMPILE_FLAGS, "-v", "-ldflags", `-s -w ${build.ldflags ?? ""}`.trim()];
  const mainPackages = build.programs.map((program) => program.package);
  await go(["build", ...flags, "-o", `${folder}/`, ...mainPackages], build, () => {
    compiled += 1;
    if (performance.now() - reported > PROGRESS_EVERY_MS) {
      reported = performance.now();
      say(`${build.name}: ${compiled} of at most ${packages.length} packages compiled`);
    }
  });
  for (const program of build.programs) {
    await rename(join(folder, executableName(program.package)), join(folder, program.name));
  }
  for (const { module, path } of build.files ?? []) {
    const [root = ""] = await go(["list", "-m", "-f", "{{.Dir}}", module], build);
    await copyFile(join(root, path), join(folder, basename(path)));
  }
}

/**
 * Flags that decide whether a compiled package in Go's own cache can be used again, and therefore the same in every
 * build. The linker strips debugging information (`-s -w`), so the compiler need not write any.
 */
const COMPILE_FLAGS = ["-trimpath", "-gcflags=all=-dwarf=false"];

const PROGRESS_EVERY_MS = 15_000;

interface GoPackage {
  readonly path: string;
  readonly isStandard: boolean;
}

/** Downloads the modules that the programs need. Returns all packages of the programs. */
async function downloadedPackages(build: GoBuild): Promise<GoPackage[]> {
  const mainPackages = build.programs.map((program) => program.package);
  const lines = await go(
    ["list", "-deps", "-f", "{{.Standard}} {{.ImportPath}}", ...mainPackages],
    build,
    () => {},
    // Go downloads as many modules at the same time as it has threads, and on few cores a download mostly waits.
    { GOMAXPROCS: "16" },
  );
  return lines.map((line) => {
    const [isStandard, path = ""] = line.split(" ");
    return { path, isStandard: isStandard === "true" };
  });
}

/**
 * Compiles the packages of Go's standard library, one build at a time. Builds that run at the same time cannot see each
 * other's unfinished packages: without this step each of them would compile the whole standard library, which is a
 * seventh of a build.
 */
async function compileStandardLibrary(build: GoBuild, packages: readonly GoPackage[]): Promise<void> {
  const standard = packages.filter(({ isStandard }) => isStandard).map(({ path }) => path);
  await withLock("compilation of Go's standard library", () =>
    go(["build", ...COMPILE_FLAGS, ...standard], build),
  );
}

/** Name that `go build` gives an executable: the last element of the import path that is no major version. */
function executableName(importPath: string): string {
  return basename(importPath.replace(/\/v\d+$/, ""));
}

/** Runs `go` in the module's folder. Returns the lines of standard output, and passes on each line of standard error. */
async function go(
  args: readonly string[],
  build: GoBuild,
  onErrorLine: (line: string) => void = () => {},
  environment: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const [compiler] = executables("go");
  if (compiler === undefined) {
    throw new Error(
      `building ${build.name} needs Go, and there is no \`go\` on the PATH: install it (go.dev/doc/install)`,
    );
  }
  const [command, ...rest] = killedWithParent([compiler, ...args]);
  const child = spawn(command, rest, {
    cwd: build.module,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      // The compiler collects its garbage less often: a fifth less CPU time for a third more memory.
      GOGC: "400",
      ...process.env,
      ...environment,
      CGO_ENABLED: "0",
      GOFLAGS: `${process.env.GOFLAGS ?? ""} -mod=readonly -buildvcs=false`.trim(),
      GOWORK: "off",
    },
  });
  const lines: string[] = [];
  const errorLines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  createInterface({ input: child.stderr }).on("line", (line) => {
    errorLines.push(line);
    onErrorLine(line);
  });
  const failure = await failureOf(child);
  if (failure !== undefined) {
    throw new Error(
      `building ${build.name} failed: go ${args[0]} in ${build.module} ${failure}\n${errorLines.slice(-15).join("\n")}`,
    );
  }
  return lines;
}

/** Waits for the end of the process. Returns how the process failed; undefined if the exit code is 0. */
function failureOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : signal === null ? `exited with ${code}` : `was ended by ${signal}`),
    );
  });
}

/** Lets the kernel kill the compiler when this process is killed; without this, the compiler would run on for minutes. */
function killedWithParent(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const [setpriv] = executables("setpriv");
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "KILL", "--", ...command];
}

async function folderOf(build: GoBuild): Promise<string> {
  const { programs, ldflags = "", files = [] } = build;
  const hash = createHash("sha256").update(JSON.stringify([programs, ldflags, files]));
  for (const file of await sources(build.module)) {
    hash.update(relative(build.module, file)).update(await readFile(file));
  }
  return join(cacheFolder(), `${build.name}-${hash.digest("hex").slice(0, 12)}`);
}

/** The files of a module and its packages, sorted. No program contains tests. */
async function sources(module: string): Promise<string[]> {
  const entries = await readdir(module, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function removeUnfinished(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(`${name}-`) && /^[0-9a-f]{12}\.unfinished$/.test(entry.slice(name.length + 1))) {
      await rm(join(parent, entry), { recursive: true, force: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
