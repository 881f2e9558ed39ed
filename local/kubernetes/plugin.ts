import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cachedBuild, type GoBuild, goBuild } from "../toolchain/go-build";
import { requireMayInstall } from "../toolchain/installation";

/**
 * The version of the official Kubernetes plugin: the version of the SDK in package.json. Release 4.29 changed how
 * objects are created, see docs/decisions/kubernetes-plugin.md.
 */
export const KUBERNETES_PLUGIN_VERSION = "4.25.0";

/** The plugin's Go module, in which the schema is a file beside the main package. build/plugin/go.mod pins release 4.25.0. */
const MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4";

const BUILD: GoBuild = {
  name: `pulumi-kubernetes-${KUBERNETES_PLUGIN_VERSION}`,
  module: join(__dirname, "build", "plugin"),
  programs: [
    {
      name: "pulumi-resource-kubernetes",
      package: "chainfleet/local/kubernetes-plugin",
    },
  ],
  ldflags: `-X ${MODULE}/pkg/version.Version=${KUBERNETES_PLUGIN_VERSION}`,
  files: ["schema.json", "terraform-mapping.json"].map((file) => ({
    module: MODULE,
    path: `cmd/pulumi-resource-kubernetes/${file}`,
  })),
};

/** Where the installed plugin came from. */
export type PluginOrigin = "cli" | "download" | "build";

/**
 * Installs the official Kubernetes plugin for a Pulumi CLI: the plugin of the user's own CLI if there is one; otherwise the
 * official release if its site can be reached; otherwise a build of the plugin's Go module, which the cache keeps.
 *
 * @param home PULUMI_HOME of the CLI.
 * @param pulumi returns the path of the CLI; called only for a download.
 * @param say receives progress lines; receives none if nothing has to be built.
 * @returns the origin of the plugin; undefined if the plugin was installed before.
 */
export async function installKubernetesPlugin(
  home: string,
  pulumi: () => Promise<string>,
  say: (line: string) => void,
): Promise<PluginOrigin | undefined> {
  const folder = pluginFolder(home);
  if (existsSync(join(folder, PROGRAM))) {
    return undefined;
  }
  const ofUser = pluginFolder(join(homedir(), ".pulumi"));
  if (existsSync(join(ofUser, PROGRAM))) {
    await link(ofUser, folder);
    return "cli";
  }
  const built = await cachedBuild(BUILD);
  if (built === undefined) {
    requireMayInstall(BUILD.name);
    if (await download(home, pulumi)) {
      return "download";
    }
  }
  await link(built ?? (await goBuild(BUILD, say)).folder, folder);
  return "build";
}

const PROGRAM = "pulumi-resource-kubernetes";

function pluginFolder(home: string): string {
  return join(home, "plugins", `resource-kubernetes-v${KUBERNETES_PLUGIN_VERSION}`);
}

/** Fills a folder with links to the files of another folder. A link to the folder itself would hide the plugin from the CLI. */
async function link(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    await symlink(join(from, name), join(to, name));
  }
}

/** Lets the CLI download the official release. Returns false within seconds if the release server cannot be reached. */
async function download(home: string, pulumi: () => Promise<string>): Promise<boolean> {
  const run = promisify(execFile);
  try {
    await run("curl", ["-fsSLI", "--connect-timeout", "3", "--max-time", "8", "-o", "/dev/null", RELEASE]);
    await run(await pulumi(), ["plugin", "install", "resource", "kubernetes", KUBERNETES_PLUGIN_VERSION], {
      env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 5 * 60_000,
    });
    return existsSync(join(pluginFolder(home), PROGRAM));
  } catch {
    return false;
  }
}

const ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;
const RELEASE = `https://get.pulumi.com/releases/plugins/pulumi-resource-kubernetes-v${KUBERNETES_PLUGIN_VERSION}-${process.platform}-${ARCHITECTURE}.tar.gz`;
