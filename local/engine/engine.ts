import { execFile } from "node:child_process";
import { constants, realpathSync, statSync } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CHECKOUT } from "../root";
import { executables } from "../toolchain/executables";
import { cachedBuild, cacheFolder, type GoBuild, goBuild } from "../toolchain/go-build";
import { withLock } from "../toolchain/lock";
import { installOfficial } from "./installer";
import { LANGUAGE_HOST, languageHost } from "./language-host";
import { ENGINE_VERSION, parseVersion, runsOurProgram } from "./version";

/** A Pulumi CLI that can run TypeScript programs on this machine. */
export interface Engine {
  /** Where the CLI came from: the PATH, the official release, or a build of its Go module. */
  readonly from: "path" | "installer" | "build";
  readonly version: string;
  /** Folder with `pulumi`, its language host for Node and its plugin of dynamic providers. The folder must come first on the PATH. */
  readonly folder: string;
}

/**
 * Finds or installs the Pulumi CLI. In this order: `pulumi` on the PATH if it is not older than the SDK; the official
 * release if its site can be reached; a build of the CLI's Go module.
 *
 * @param say receives progress lines; receives none if nothing has to be installed.
 * @param own a folder of this checkout, in which a CLI without a language host is combined with ours.
 */
export function engine(say: (line: string) => void, own: string): Promise<Engine> {
  // The state service waits for the engine in the same process, and other commands of this checkout may run too.
  return withLock(join(own, "installation"), () => install(say, own));
}

async function install(say: (line: string) => void, own: string): Promise<Engine> {
  const found = await engineOnPath(say, own);
  if (found !== undefined) {
    return found;
  }
  const cached = await cachedBuild(BUILD);
  if (cached === undefined) {
    const official = await installOfficial(say);
    if (official !== undefined) {
      return { from: "installer", version: ENGINE_VERSION, folder: official };
    }
  }
  const built = cached ?? (await goBuild(BUILD, say)).folder;
  const folder = await withOurPlugins(join(built, "pulumi"), own, say);
  return { from: "build", version: ENGINE_VERSION, folder };
}

const BUILD: GoBuild = {
  name: `pulumi-${ENGINE_VERSION}`,
  module: join(__dirname, "build"),
  programs: [{ name: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" }],
  ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`,
};

async function engineOnPath(say: (line: string) => void, own: string): Promise<Engine | undefined> {
  const [file] = executables("pulumi", pathWithout(own));
  if (file === undefined) {
    return undefined;
  }
  const { text, isRemembered } = await versionOf(file, join(own, "version.json"));
  const version = parseVersion(text);
  if (version === undefined || !runsOurProgram(version)) {
    if (!isRemembered) {
      say(
        `engine: ${file} is not used: its version is ${text || "unknown"}, and the program needs ${ENGINE_VERSION} or a later 3.x`,
      );
    }
    return undefined;
  }
  const beside = dirname(realpathSync(file));
  const hasPlugins = PLUGINS.every((plugin) => executables(plugin, beside).length > 0);
  const folder = hasPlugins ? dirname(file) : await withOurPlugins(file, own, say);
  return { from: "path", version: text.replace(/^v/, ""), folder };
}

/** The PATH without the folders that this module has put on it, so that only a CLI of the user's is found. */
function pathWithout(own: string): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => folder !== own && !folder.startsWith(cacheFolder())).join(delimiter);
}

/** Plugins that the official release contains and a build of the CLI's Go module lacks. */
const PLUGINS = [LANGUAGE_HOST, "pulumi-resource-pulumi-nodejs"];

/** The plugin of dynamic providers, which this project also uses with an official engine. */
const DYNAMIC_PROVIDER = join(CHECKOUT, "scripts/engine/dynamic-provider/pulumi-resource-pulumi-nodejs");

/**
 * Puts the CLI and our plugins into one folder, because the engine warns about a plugin on the PATH that is not in the
 * same folder as the engine's own file (with links resolved).
 */
async function withOurPlugins(pulumi: string, own: string, say: (line: string) => void): Promise<string> {
  const { ino, size, mtimeMs } = statSync(pulumi);
  const source = join(own, "source");
  const plugins = [await languageHost(say), DYNAMIC_PROVIDER];
  const key = `${pulumi} ${ino} ${size} ${mtimeMs} ${plugins.join(" ")}`;
  if ((await readFile(source, "utf8").catch(() => "")) === key) {
    return own;
  }
  await mkdir(own, { recursive: true });
  await replace(join(own, "pulumi"), (to) =>
    link(pulumi, to).catch(() => copyFile(pulumi, to, constants.COPYFILE_FICLONE)),
  );
  for (const plugin of plugins) {
    await replace(join(own, basename(plugin)), (to) => symlink(plugin, to));
  }
  await replace(source, (to) => writeFile(to, key));
  return own;
}

/** Makes a file under a temporary name and renames it, so that no other process finds an unfinished file. */
async function replace(file: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await rm(unfinished, { force: true });
  await make(unfinished);
  await rename(unfinished, file);
  // Renaming one of two links to the same file does nothing, see rename(2).
  await rm(unfinished, { force: true });
}

/**
 * The output of `pulumi version`, which is remembered for as long as the file does not change; empty if the file cannot
 * be run.
 *
 * @param memory path of the file in which the output is remembered.
 */
async function versionOf(file: string, memory: string): Promise<{ text: string; isRemembered: boolean }> {
  const { size, mtimeMs } = statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  const known = await readFile(memory, "utf8").then(JSON.parse, () => ({}));
  if (known.key === key && typeof known.text === "string") {
    return { text: known.text, isRemembered: true };
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
  return { text, isRemembered: false };
}
