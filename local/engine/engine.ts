import { execFile } from "node:child_process";
import { constants, realpathSync, statSync } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { executables } from "../toolchain/executables";
import { cachedBuild, cacheFolder, type GoBuild, goBuild } from "../toolchain/go-build";
import { installOfficial } from "./installer";
import { ENGINE_VERSION, parseVersion, runsOurProgram } from "./version";

/** A Pulumi CLI that runs TypeScript programs here. */
export interface Engine {
  /** How it was found: already there, downloaded, or built. */
  readonly from: "path" | "installer" | "build";
  readonly version: string;
  /** Holds `pulumi`, its language host for Node and its plugin of dynamic providers; to be first on the path. */
  readonly folder: string;
}

/**
 * Finds the Pulumi CLI or installs it, in this order: `pulumi` on the path if it is not older than the SDK;
 * the official release, if its site can be reached; a build of its Go module.
 *
 * @param say one line of progress; silent when nothing had to be done
 * @param own a folder of this checkout's, for an engine that lacks a language host: there it gets ours
 */
export async function engine(say: (line: string) => void, own: string): Promise<Engine> {
  const found = await onPath(say, own);
  if (found !== undefined) {
    return found;
  }
  const before = await cachedBuild(BUILD);
  if (before === undefined) {
    const official = await installOfficial(say);
    if (official !== undefined) {
      return { from: "installer", version: ENGINE_VERSION, folder: official };
    }
  }
  const built = before ?? (await goBuild(BUILD, say)).folder;
  const folder = await withOurLanguageHost(join(built, "pulumi"), own);
  return { from: "build", version: ENGINE_VERSION, folder };
}

const BUILD: GoBuild = {
  name: `pulumi-${ENGINE_VERSION}`,
  module: join(__dirname, "build"),
  programs: [{ name: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" }],
  ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`,
};

async function onPath(say: (line: string) => void, own: string): Promise<Engine | undefined> {
  const [file] = executables("pulumi", pathWithout(own));
  if (file === undefined) {
    return undefined;
  }
  const { text, remembered } = await versionOf(file, join(own, "version.json"));
  const version = parseVersion(text);
  if (version === undefined || !runsOurProgram(version)) {
    if (!remembered) {
      say(
        `engine: ${file} is not used, its version is ${text || "unknown"} and ${ENGINE_VERSION} or a later 3.x is needed`,
      );
    }
    return undefined;
  }
  const beside = dirname(realpathSync(file));
  const complete = PLUGINS.every((plugin) => executables(plugin, beside).length > 0);
  const folder = complete ? dirname(file) : await withOurLanguageHost(file, own);
  return { from: "path", version: text.replace(/^v/, ""), folder };
}

/** What this module put in front of the path for a command must not be mistaken for the user's own. */
function pathWithout(own: string): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => folder !== own && !folder.startsWith(cacheFolder())).join(delimiter);
}

/** What the engine itself does not contain, but the official release has beside it. */
const PLUGINS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * Puts the engine and our plugins into one folder: the engine warns when it takes a plugin from the path that
 * does not lie beside its own (resolved) file.
 */
async function withOurLanguageHost(pulumi: string, own: string): Promise<string> {
  const { ino, size, mtimeMs } = statSync(pulumi);
  const source = join(own, "source");
  const key = `${pulumi} ${ino} ${size} ${mtimeMs}`;
  if ((await readFile(source, "utf8").catch(() => "")) === key) {
    return own;
  }
  await mkdir(own, { recursive: true });
  await replace(join(own, "pulumi"), (to) =>
    link(pulumi, to).catch(() => copyFile(pulumi, to, constants.COPYFILE_FICLONE)),
  );
  for (const plugin of PLUGINS) {
    await replace(join(own, plugin), (to) => symlink(join(__dirname, "language-host", "bin", plugin), to));
  }
  await replace(source, (to) => writeFile(to, key));
  return own;
}

async function replace(file: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await rm(unfinished, { force: true });
  await make(unfinished);
  await rename(unfinished, file);
}

/** What `pulumi version` prints, or printed when this same file was asked before; empty if it cannot be run. */
async function versionOf(file: string, memory: string): Promise<{ text: string; remembered: boolean }> {
  const { size, mtimeMs } = statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  const known = await readFile(memory, "utf8").then(JSON.parse, () => ({}));
  if (known.key === key && typeof known.text === "string") {
    return { text: known.text, remembered: true };
  }
  const text = await promisify(execFile)(file, ["version"], {
    timeout: 20_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  }).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
  await mkdir(dirname(memory), { recursive: true });
  await replace(memory, (to) => writeFile(to, JSON.stringify({ key, text })));
  return { text, remembered: false };
}
