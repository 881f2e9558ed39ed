import { delimiter, join } from "node:path";
import { LOCAL_CHAINS } from "../chains/chains";
import { type StateAccess, stateAccess } from "../state/access";
import type { Started } from "./service";

/**
 * The environment in which the Pulumi CLI works on the `dev` stack: the CLI finds the engine and the state in the checkout,
 * and uses the local services instead of the plugins for the real clouds.
 */
export function environmentFor(
  started: Started,
  where: { readonly root: string; readonly engine: string },
  current: NodeJS.ProcessEnv,
): Record<string, string> & StateAccess {
  const plugins = { "azure-native": "cloud", aws: "cloud", command: "command" };
  return {
    ...toolsEnvironment(where, current),
    ...localCloud(started),
    ...chains(started, current),
    ...stateAccess(`http://127.0.0.1:${started.port("state", "http")}`, started.stateFolder("state")),
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

/**
 * Where the AWS SDK finds the local AWS API, and the key that opens its instances. The credentials are words that AWS
 * would refuse: a program that misses the endpoints cannot reach a real account with them.
 */
export function localAwsApi(started: Started): Record<string, string> {
  const url = `http://127.0.0.1:${started.port("aws-api", "http")}`;
  return {
    AWS_ENDPOINT_URL_EC2: url,
    AWS_ENDPOINT_URL_AUTO_SCALING: url,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    CHAINFLEET_LOCAL_SSH_KEY_FILE: join(started.stateFolder("aws-api"), "ssh", "id_ed25519"),
  };
}

/** Where faults are injected into the local virtual machines. A program reaches them by the cluster's kubeconfig alone. */
export function localKubeVirt(started: Started): Record<string, string> {
  return { CHAINFLEET_LOCAL_KUBEVIRT_CONTROL: `http://127.0.0.1:${started.port("kubevirt", "control")}` };
}

/** Where the program finds the simulated clouds and the token of the local Kubernetes cluster. */
function localCloud(started: Started): Record<string, string> {
  return {
    CHAINFLEET_LOCAL_TARGET: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_CLOUD_CONTROL: `http://127.0.0.1:${started.port("cloud", "control")}`,
    CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE: join(started.stateFolder("kubernetes-control-plane"), "token"),
    CHAINFLEET_LOCAL_NODES_CONTROL: `http://127.0.0.1:${started.port("nodes", "control")}`,
    // The clusters that a stack's config takes from its user exist only here.
    CHAINFLEET_KUBECONFIG: join(started.stateFolder("kubernetes-control-plane"), "kubeconfig"),
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

/** The environment that such lines set. */
export function environmentIn(lines: string): Record<string, string> {
  return Object.fromEntries(
    [...lines.matchAll(/^export (\w+)='((?:[^']|'\\'')*)'$/gm)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll("'\\''", "'"),
    ]),
  );
}

function prepend(folders: readonly string[], path: string): string {
  const others = path.split(delimiter).filter((folder) => !folders.includes(folder));
  return [...folders, ...others].join(delimiter);
}
