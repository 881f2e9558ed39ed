import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { executables } from "./executables";
import { cacheFolder } from "./go-build";
import { installOnce } from "./install-once";

const run = promisify(execFile);

/** Programs that Debian's packages bring, for a machine on which nobody may or wants to install them. */
export interface DebianPrograms {
  /** Name of the folder in the cache, and the name under which progress is reported. @example "openssh-server" */
  readonly name: string;
  /** The packages with the programs. Their dependencies are found by apt. */
  readonly packages: readonly string[];
  /** Path of a program below the root folder, whose shared libraries have to be complete. @example "usr/sbin/sshd" */
  readonly program: string;
  /** What needs the programs, for the error message. @example "the instances of the local AWS API" */
  readonly neededBy: string;
}

/**
 * Fetches Debian's packages and unpacks them, without root, into the folder that all checkouts of a user share.
 *
 * @returns the folder that stands for the root of the file system.
 * @throws if apt is missing, if a download fails, or if the program lacks a shared library afterwards.
 */
export async function unpackedPrograms(
  programs: DebianPrograms,
  say: (line: string) => void,
): Promise<string> {
  const folder = join(cacheFolder(), programs.name);
  await installOnce({
    folder,
    install: (unfinished) => fetchPrograms(programs, unfinished, say),
    onWait: () => say(`${programs.name}: waiting for another process that fetches the packages`),
  });
  return folder;
}

/** The folders with shared libraries below a root folder, for `LD_LIBRARY_PATH`. */
export function libraryFolders(root: string): string[] {
  return ["usr/lib", "lib"].flatMap((name) => {
    const folder = join(root, name);
    if (!existsSync(folder)) {
      return [];
    }
    const architectures = readdirSync(folder)
      .filter((entry) => entry.endsWith("-linux-gnu"))
      .map((entry) => join(folder, entry));
    // Some packages (Ceph's and PMDK's) keep libraries that others link to one folder deeper.
    const nested = architectures.flatMap((architecture) =>
      readdirSync(architecture, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(architecture, entry.name)),
    );
    return [folder, ...architectures, ...nested];
  });
}

async function fetchPrograms(
  { name, packages, program, neededBy }: DebianPrograms,
  unfinished: string,
  say: (line: string) => void,
): Promise<void> {
  const [apt] = executables("apt-get");
  const [dpkg] = executables("dpkg-deb");
  const install = `install ${packages.join(" and ")}`;
  if (apt === undefined || dpkg === undefined) {
    throw new Error(
      `${neededBy} cannot run: this machine has neither ${packages.join(" and ")} nor apt to fetch the packages. ${install}`,
    );
  }
  say(`${name}: fetching ${packages.join(" and ")} from the machine's package sources (once, without root)`);
  const downloads = join(unfinished, ".downloads");
  await mkdir(downloads, { recursive: true });
  try {
    const missing = await missingPackages(apt, packages);
    await run(apt, ["download", "--quiet", ...new Set([...packages, ...missing])], { cwd: downloads });
    for (const file of readdirSync(downloads)) {
      await run(dpkg, ["-x", join(downloads, file), unfinished]);
    }
    const libraries = await missingLibraries(join(unfinished, program), libraryFolders(unfinished));
    if (libraries.length > 0) {
      throw new Error(`${program} lacks ${libraries.join(", ")}`);
    }
  } catch (error) {
    throw new Error(
      `${neededBy} cannot run: its packages could not be fetched. ${install}\n  ${(error as Error).message}`,
    );
  }
  await rm(downloads, { recursive: true, force: true });
}

/** The packages that apt would install for these packages: those that the machine lacks, with all dependencies. */
async function missingPackages(apt: string, packages: readonly string[]): Promise<string[]> {
  const options = ["--simulate", "--no-install-recommends", "-o", "Debug::NoLocking=true"];
  const { stdout } = await run(apt, ["install", ...options, ...packages], {
    env: { ...process.env, LC_ALL: "C" },
  });
  return stdout.split("\n").flatMap((line) => /^Inst (\S+) /.exec(line)?.[1] ?? []);
}

async function missingLibraries(program: string, folders: readonly string[]): Promise<string[]> {
  const { stdout } = await run("ldd", [program], {
    env: { ...process.env, LD_LIBRARY_PATH: folders.join(":") },
  });
  return stdout.split("\n").flatMap((line) => /^\s*(\S+) => not found/.exec(line)?.[1] ?? []);
}
