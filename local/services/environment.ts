import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { LOCAL_CHAINS } from "../chains/chains";
import type { Started } from "./service";

/**
 * The environment in which the Pulumi CLI works on the `dev` stack: the CLI finds the engine and the state in the checkout,
 * and uses the local services instead of the plugins for the real clouds.
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
    ...localCloud(started),
    ...chains(started, current),
    // Without the sidecar files with attributes and checksums: the engine rewrites the state in each step, and the checksums
    // take an eighth of its time.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    // Not a secret: the passphrase protects only the development stack, whose state is in this checkout.
    PULUMI_CONFIG_PASSPHRASE: "chainfleet-dev",
    PULUMI_DEBUG_PROVIDERS: Object.entries(plugins)
      .map(([plugin, service]) => `${plugin}:${started.port(service, plugin)}`)
      .join(","),
    // The engine's default is four times the number of cores; on two cores it would create 24 clusters in three waves.
    PULUMI_PARALLEL: current.PULUMI_PARALLEL || "128",
  };
}

/** The part of the environment that needs no running service: the engine, and the stand-ins for the clouds' commands. */
export function toolsEnvironment(
  where: { readonly root: string; readonly engine: string },
  current: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    PATH: prepend([where.engine, commandsFolder(where.root)], current.PATH ?? ""),
    // A separate home, so that the local target changes none of the user's plugins, logins and selected stacks.
    PULUMI_HOME: pulumiHome(where.root),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Where the program finds the simulated clouds and the token of the local Kubernetes cluster. */
function localCloud(started: Started): Record<string, string> {
  return {
    CHAINFLEET_LOCAL_TARGET: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_CLOUD_CONTROL: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE: join(started.stateFolder("kubernetes-control-plane"), "token"),
  };
}

/** The addresses of the local chains and explorers, and the key of the account that deploys contracts. */
function chains(started: Started, current: NodeJS.ProcessEnv): Record<string, string> {
  const url = (service: string, port: string) => `http://127.0.0.1:${started.port(service, port)}`;
  return {
    ...Object.fromEntries(LOCAL_CHAINS.map(({ service, variable }) => [variable, url(service, "rpc")])),
    CHAINFLEET_VERIFIER_URL: url("verifier", "http"),
    // The local explorer requires an API key, as Etherscan does, and accepts any.
    CHAINFLEET_VERIFIER_KEY: "local",
    // Not a secret: the publicly known key of the first development account, which anvil prints at its start.
    CHAINFLEET_DEPLOYER_KEY:
      current.CHAINFLEET_DEPLOYER_KEY || "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  };
}

/** PULUMI_HOME of the local target: the folder with the CLI's plugins, logins and selected stacks. */
export function pulumiHome(root: string): string {
  return join(root, ".chainfleet", "local", "pulumi");
}

function commandsFolder(root: string): string {
  return join(root, "local", "cloud", "bin");
}

/** Lines that set the environment when a POSIX shell evaluates them. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}

function prepend(folders: readonly string[], path: string): string {
  const others = path.split(delimiter).filter((folder) => !folders.includes(folder));
  return [...folders, ...others].join(delimiter);
}
