import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** What is not in git and is the same for all copies: packages, which no command changes, are shared; builds are copied. */
const PACKAGES = ["node_modules", "local/node_modules"];

/** Compiled contracts, each build in a folder with the hash of its sources. Without them each room would compile. */
const BUILDS = ".chainfleet/contracts";

/**
 * Brings a copy of a checkout up to date: the files that git tracks or does not ignore, links to the packages, and the compiled
 * contracts. A file that has not changed is not touched, because services restart when their sources are newer than they are.
 * The first copy takes half a second, a later one the time to compare the files.
 *
 * @throws if git cannot list the files of the checkout.
 */
export function copyTree(from: string, to: string): void {
  const files = listedFiles(from);
  const before = copiedFiles(to);
  for (const file of files) {
    copyFile(join(from, file), join(to, file));
  }
  const current = new Set(files);
  for (const file of before.filter((one) => !current.has(one))) {
    rmSync(join(to, file), { force: true });
  }
  writeFileSync(listOf(to), JSON.stringify(files), { mode: 0o600 });
  for (const folder of PACKAGES.filter((packages) => !existsSync(join(to, packages)))) {
    mkdirSync(dirname(join(to, folder)), { recursive: true });
    symlinkSync(join(from, folder), join(to, folder));
  }
  copyBuilds(join(from, BUILDS), join(to, BUILDS));
}

/** Deletes a copy. */
export function deleteTree(to: string): void {
  rmSync(to, { recursive: true, force: true });
  rmSync(listOf(to), { force: true });
}

function listedFiles(root: string): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // A file that was deleted without git's knowledge is listed and not there.
  return [...new Set(list.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path)));
}

function copyFile(from: string, to: string): void {
  const source = statSync(from);
  const target = statSync(to, { throwIfNoEntry: false });
  if (
    target === undefined ||
    target.size !== source.size ||
    target.mode !== source.mode ||
    !readFileSync(from).equals(readFileSync(to))
  ) {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}

function copyBuilds(from: string, to: string): void {
  for (const build of existsSync(from) ? readdirSync(from) : []) {
    if (!existsSync(join(to, build))) {
      cpSync(join(from, build), join(to, build), { recursive: true });
    }
  }
}

/** Beside the copy, so that the list is no file of the copy. */
function listOf(to: string): string {
  return `${to}.files`;
}

function copiedFiles(to: string): string[] {
  try {
    return JSON.parse(readFileSync(listOf(to), "utf8"));
  } catch {
    return [];
  }
}
