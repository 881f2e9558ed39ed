import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { LOCAL_CHAINS } from "../chains/chains";
import type { Started } from "./service";

/**
 * The environment in which the Pulumi CLI works on the `dev` stack: it finds the engine, its state in the
 * checkout, and the local services where it would start plugins for the real clouds.
 */
export function environmentFor(
  started: Started,
  where: { readonly root: string; readonly engine: string },
  current: NodeJS.ProcessEnv,
): Record<string, string> {
  const state = join(where.root, ".chainfleet", "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const plugins = { "azure-native": "cloud", aws: "cloud", command: "command" };
  return {
    ...toolsEnvironment(where, current),
    ...tokenSources(started),
    ...chains(started, current),
    // Without the sidecar files, whose checksums are an eighth of the engine's work: it rewrites the state at each step.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    // Not a secret: what it protects is the salt of a stack that exists only below this folder.
    PULUMI_CONFIG_PASSPHRASE: "chainfleet-dev",
    PULUMI_DEBUG_PROVIDERS: Object.entries(plugins)
      .map(([plugin, service]) => `${plugin}:${started.port(service, plugin)}`)
      .join(","),
    // The engine's own default is four times the cores: on two, 24 clusters would be made in three waves.
    PULUMI_PARALLEL: current.PULUMI_PARALLEL || "128",
  };
}

/** The part of it that needs no service: the engine, and the commands that stand in for the clouds' own. */
export function toolsEnvironment(
  where: { readonly root: string; readonly engine: string },
  current: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    PATH: prepend([where.engine, commandsFolder(where.root)], current.PATH ?? ""),
    // A home of its own, so that nothing of the local target gets among the user's plugins, logins and selected stacks.
    PULUMI_HOME: pulumiHome(where.root),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

function tokenSources(started: Started): Record<string, string> {
  return {
    CHAINFLEET_LOCAL_TARGET: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_CLOUD_CONTROL: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE: join(started.stateFolder("kubernetes-control-plane"), "token"),
  };
}

/** Where the local chains and their explorers are, and the account that deploys to them. */
function chains(started: Started, current: NodeJS.ProcessEnv): Record<string, string> {
  const url = (service: string, port: string) => `http://127.0.0.1:${started.port(service, port)}`;
  return {
    ...Object.fromEntries(LOCAL_CHAINS.map(({ service, variable }) => [variable, url(service, "rpc")])),
    CHAINFLEET_VERIFIER_URL: url("verifier", "http"),
    // The local explorer asks for a key, as Etherscan does, and takes any.
    CHAINFLEET_VERIFIER_KEY: "local",
    // Not a secret: the first account of the development mnemonic that anvil prints, and everybody knows.
    CHAINFLEET_DEPLOYER_KEY:
      current.CHAINFLEET_DEPLOYER_KEY || "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  };
}

/** The folder with the plugins of the local target's CLI. */
export function pulumiHome(root: string): string {
  return join(root, ".chainfleet", "local", "pulumi");
}

function commandsFolder(root: string): string {
  return join(root, "local", "cloud", "bin");
}

/** Lines for a POSIX shell to evaluate. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}

function prepend(folders: readonly string[], path: string): string {
  const others = path.split(delimiter).filter((folder) => !folders.includes(folder));
  return [...folders, ...others].join(delimiter);
}
