import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { executables } from "./executables";
import { withLock } from "./lock";

/** Programs to build together out of one committed Go module (a `go.mod` and a `go.sum` that pin everything). */
export interface GoBuild {
  /** Names the folder in the cache and the lines of progress: `pulumi-3.248.0`. */
  readonly name: string;
  /** The folder of the committed module. Every file in it takes part in the cache key. */
  readonly module: string;
  readonly programs: readonly GoProgram[];
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
  /** The file's name: `pulumi`. */
  readonly name: string;
  /** The main package's import path: `github.com/pulumi/pulumi/pkg/v3/cmd/pulumi`. */
  readonly package: string;
  /** Linker flags, for instance `-X importpath.name=value`. @default "" */
  readonly ldflags?: string;
}

export interface Built {
  /** The folder that holds the programs. */
  readonly folder: string;
  /** Seconds it took; 0 when they were in the cache already. */
  readonly seconds: number;
}

/** Where built programs are kept, shared by all checkouts of a user. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "chainfleet", "bin");
}

/** The folder that holds the programs, if they were built before. */
export async function builtBefore(build: GoBuild): Promise<string | undefined> {
  const folder = await folderOf(build);
  return (await exists(folder)) ? folder : undefined;
}

/**
 * Builds the programs unless the cache has them. Builds of the same name wait for each other; a killed build
 * leaves only a folder that the next one removes.
 *
 * @param say takes one line of progress at a time; silent when the cache answers
 * @throws when Go is missing or the build fails; the message ends with the compiler's last lines
 */
export async function goBuild(build: GoBuild, say: (line: string) => void): Promise<Built> {
  const parent = cacheFolder();
  const folder = await folderOf(build);
  if (await exists(folder)) {
    return { folder, seconds: 0 };
  }
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
    () => say(`${build.name}: another build of it is running; waiting for that one`),
  );
}

async function compile(build: GoBuild, folder: string, say: (line: string) => void): Promise<void> {
  say(`${build.name}: building from its Go module, once (some minutes; Go downloads what it needs first)`);
  const packages = build.programs.map((program) => program.package);
  const total = (await go(["list", "-deps", ...packages], build, () => {})).length;
  let compiled = 0;
  let told = performance.now();
  for (const program of build.programs) {
    const flags = ["-trimpath", "-v", "-ldflags", `-s -w ${program.ldflags ?? ""}`.trim()];
    await go(["build", ...flags, "-o", join(folder, program.name), program.package], build, () => {
      compiled += 1;
      if (performance.now() - told > PROGRESS_EVERY_MS) {
        told = performance.now();
        say(`${build.name}: ${compiled} of at most ${total} packages compiled`);
      }
    });
  }
  for (const { module, path } of build.files ?? []) {
    const [root = ""] = await go(["list", "-m", "-f", "{{.Dir}}", module], build, () => {});
    await copyFile(join(root, path), join(folder, basename(path)));
  }
}

const PROGRESS_EVERY_MS = 15_000;

/** Runs `go` in the module; answers its standard output's lines, hands over those of its standard error. */
async function go(
  args: readonly string[],
  build: GoBuild,
  onErrorLine: (line: string) => void,
): Promise<string[]> {
  const [compiler] = executables("go");
  if (compiler === undefined) {
    throw new Error(
      `building ${build.name} needs Go, and there is no \`go\` on the PATH: install it (go.dev/doc/install)`,
    );
  }
  const [command, ...rest] = diesWithParent([compiler, ...args]);
  const child = spawn(command, rest, {
    cwd: build.module,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
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
  const failure = await ended(child);
  if (failure !== undefined) {
    throw new Error(
      `building ${build.name} failed: go ${args[0]} in ${build.module} ${failure}\n${errorLines.slice(-15).join("\n")}`,
    );
  }
  return lines;
}

/** Undefined if the process ended well, else how it ended. */
function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : signal === null ? `exited with ${code}` : `was ended by ${signal}`),
    );
  });
}

/** A compiler must not go on for minutes after the command that wanted it was killed. */
function diesWithParent(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const [setpriv] = executables("setpriv");
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "KILL", "--", ...command];
}

async function folderOf(build: GoBuild): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([build.programs, build.files ?? []]));
  for (const name of (await readdir(build.module)).sort()) {
    hash.update(name).update(await readFile(join(build.module, name)));
  }
  return join(cacheFolder(), `${build.name}-${hash.digest("hex").slice(0, 12)}`);
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
