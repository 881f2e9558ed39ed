import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { executables } from "../toolchain/executables";
import { builtBefore, type GoBuild, goBuild } from "../toolchain/go-build";
import { installOfficial } from "./installer";
import { ENGINE_VERSION, parseVersion, runsOurProgram } from "./version";

/** A Pulumi CLI that runs here, and what has to be on the path with it. */
export interface Engine {
  /** How it was found: already there, downloaded, or built. */
  readonly from: "path" | "installer" | "build";
  readonly version: string;
  /** To be put in front of the path, in this order. Empty when everything needed is on it already. */
  readonly path: readonly string[];
}

/**
 * Finds the Pulumi CLI or installs it, in this order: `pulumi` on the path if it is not older than the SDK;
 * the official release, if its site can be reached; a build of its Go module.
 *
 * @param say one line of progress; silent when nothing had to be done
 * @param memory a file that remembers what was found on the path, to save asking it each time
 */
export async function engine(say: (line: string) => void, memory: string): Promise<Engine> {
  const found = await onPath(say, memory);
  if (found !== undefined) {
    return found;
  }
  const before = await builtBefore(BUILD);
  if (before === undefined) {
    const official = await installOfficial(say);
    if (official !== undefined) {
      return { from: "installer", version: ENGINE_VERSION, path: [official] };
    }
  }
  const folder = before ?? (await goBuild(BUILD, say)).folder;
  return { from: "build", version: ENGINE_VERSION, path: [folder, OUR_LANGUAGE_HOST] };
}

const BUILD: GoBuild = {
  name: `pulumi-${ENGINE_VERSION}`,
  module: join(__dirname, "build"),
  programs: [
    {
      name: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`,
    },
  ],
};

/** Holds `pulumi-language-nodejs` and `pulumi-resource-pulumi-nodejs`, which a build of the CLI lacks. */
const OUR_LANGUAGE_HOST = join(__dirname, "language-host", "bin");

async function onPath(say: (line: string) => void, memory: string): Promise<Engine | undefined> {
  const [file] = executables("pulumi");
  if (file === undefined) {
    return undefined;
  }
  const text = await versionOf(file, memory);
  const version = parseVersion(text);
  if (version === undefined || !runsOurProgram(version)) {
    say(
      `engine: ${file} is not used, its version is ${text || "unknown"} and ${ENGINE_VERSION} or a later 3.x is needed`,
    );
    return undefined;
  }
  const complete =
    executables("pulumi-language-nodejs", withOwnFolder(file)).length > 0 &&
    executables("pulumi-resource-pulumi-nodejs", withOwnFolder(file)).length > 0;
  return { from: "path", version: text.replace(/^v/, ""), path: complete ? [] : [OUR_LANGUAGE_HOST] };
}

/** The engine looks for its plugins beside itself too. */
function withOwnFolder(file: string): string {
  return `${dirname(file)}:${process.env.PATH ?? ""}`;
}

async function versionOf(file: string, memory: string): Promise<string> {
  const { size, mtimeMs } = statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  const known = await readFile(memory, "utf8").then(JSON.parse, () => ({}));
  if (known.key === key && typeof known.version === "string") {
    return known.version;
  }
  const version = await promisify(execFile)(file, ["version"], {
    timeout: 20_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  }).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
  if (version !== "") {
    await mkdir(dirname(memory), { recursive: true });
    await writeFile(memory, JSON.stringify({ key, version }));
  }
  return version;
}
