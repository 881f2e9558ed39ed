import { join } from "node:path";
import { motoProgram } from "../aws-api/programs/moto";
import { LOCAL_CHAINS } from "../chains/chains";
import { ensureControlPlane } from "../kubernetes/build";
import { fioProgram } from "../kubevirt/guest/fio/program";
import { CHECKOUT } from "../root";
import { openSsh } from "../ssh/openssh";
import { stateProgram } from "../state/program";
import type { Service, Started } from "./service";
import type { Run } from "./start";

/**
 * The local target of this checkout: its folder, and the services that replace the clouds.
 *
 * @param options the options of the command: a service that is started only with an option is left out without it.
 */
export function localTarget(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  options: readonly string[],
): Run {
  const all = wholeTarget(environment, say);
  return {
    ...all,
    services: all.services.filter(({ onlyWith }) => onlyWith === undefined || options.includes(onlyWith)),
  };
}

/** The local target with all services, whether a command starts them or not. */
export function wholeTarget(environment: NodeJS.ProcessEnv, say: (line: string) => void): Run {
  return {
    root: CHECKOUT,
    folder: FOLDER,
    services: services(settings(environment)),
    say,
  };
}

/** Folder with all files of the local target, among them the state of the stacks. */
export const FOLDER = join(CHECKOUT, ".chainfleet", "local");

/** Settings of the simulated clouds, which are restarted when the settings change. */
export interface Settings {
  /** Duration of an operation relative to the real cloud: with 0.02, a cluster that takes Azure 10 minutes takes 12 s. */
  readonly timeScale: number;
  /** Seed of all random numbers; a run with the same seed makes the same draws. */
  readonly seed: number;
}

/** @throws if an environment variable is not a number in the allowed range. */
export function settings(environment: NodeJS.ProcessEnv): Settings {
  const number = (name: string, fallback: number, isAllowed: (value: number) => boolean, allowed: string) => {
    const text = environment[name];
    const value = text === undefined || text === "" ? fallback : Number(text);
    if (!isAllowed(value)) {
      throw new Error(`${name} is ${JSON.stringify(text)}; it must be ${allowed}`);
    }
    return value;
  };
  return {
    timeScale: number(
      "CHAINFLEET_TIME_SCALE",
      0.02,
      (value) => value >= 0 && value <= 1,
      "a number from 0 (no waiting) to 1 (as long as the real cloud takes)",
    ),
    seed: number(
      "CHAINFLEET_SEED",
      1,
      (value) => Number.isSafeInteger(value) && value >= 0,
      "a whole number of 0 or more",
    ),
  };
}

/** The option with which a command starts the local AWS API. */
export const AWS_OPTION = "--aws";

/** The option with which a command starts the local KubeVirt. */
export const KUBEVIRT_OPTION = "--kubevirt";

/** The services are restarted when the versions of their packages change. */
const LOCK_FILES = ["package-lock.json", "local/package-lock.json"];

/** How a service reaches the Kubernetes control plane. */
function controlPlaneOf(started: Started): string[] {
  const name = "kubernetes-control-plane";
  return [
    ...["--kubernetes-server", `https://127.0.0.1:${started.port(name, "apiserver")}`],
    ...["--kubernetes-ca", join(started.stateFolder(name), "ca.crt")],
    ...["--kubernetes-token", join(started.stateFolder(name), "token")],
  ];
}

function services({ timeScale, seed }: Settings): Service[] {
  return [
    {
      name: "state",
      entry: "local/state/main.ts",
      ports: ["http"],
      after: [],
      arguments: () => [],
      sources: [
        "local/state",
        "local/kubernetes/control-plane/children.ts",
        "local/services/free-port.ts",
        "local/toolchain",
      ],
      prepare: stateProgram,
      readyWithin: 60,
    },
    {
      name: "kubernetes-control-plane",
      entry: "local/kubernetes/control-plane.ts",
      ports: ["apiserver"],
      after: [],
      arguments: (started) => [
        ...["--cloud-state", started.stateFolder("cloud")],
        ...["--nodes-state", started.stateFolder("nodes")],
        ...["--time-scale", String(timeScale)],
      ],
      sources: [
        "local/kubernetes/control-plane.ts",
        "local/kubernetes/control-plane",
        "local/kubernetes/aggregation.ts",
        "local/kubernetes/certificates.ts",
        "local/kubernetes/kwok-node.ts",
        "local/kubernetes/build",
        "local/services/free-port.ts",
      ],
      prepare: ensureControlPlane,
      readyWithin: 180,
    },
    {
      name: "cloud",
      entry: "local/cloud/main.ts",
      ports: ["azure-native", "aws", "control"],
      after: ["kubernetes-control-plane"],
      arguments: (started) => [
        ...["--time-scale", String(timeScale), "--seed", String(seed)],
        ...controlPlaneOf(started),
        // A new AWS account may run 5 vCPUs, one node of this network, and a new Azure subscription may have 20 of them and 20
        // public addresses in a location. The simulated accounts have been in use for a while.
        ...["--quota", "L-1216C47A=640", "--quota", "cores=640"],
        ...["--quota", "IPv4StandardSkuPublicIpAddresses=100"],
      ],
      sources: ["local/cloud", "local/plugin", "local/kubernetes/kwok-node.ts", ...LOCK_FILES],
      readyWithin: 60,
    },
    {
      name: "nodes",
      entry: "local/nodes/main.ts",
      ports: ["network", "control"],
      after: ["kubernetes-control-plane"],
      arguments: (started) => [
        ...["--time-scale", String(timeScale), "--cloud-state", started.stateFolder("cloud")],
        ...controlPlaneOf(started),
      ],
      sources: [
        "local/nodes",
        "local/qbft",
        "local/kubernetes/certificates.ts",
        "local/kubernetes/control-plane/cluster.ts",
        "local/kubernetes/control-plane/reconcile.ts",
        "components/besu/genesis/genesis.ts",
        ...LOCK_FILES,
      ],
      readyWithin: 60,
    },
    {
      name: "command",
      entry: "local/command/main.ts",
      ports: ["command"],
      after: [],
      arguments: () => [],
      sources: ["local/command", "local/plugin", ...LOCK_FILES],
      readyWithin: 60,
    },
    ...LOCAL_CHAINS.map(({ service, chainId }) => ({
      name: service,
      entry: "local/chains/main.ts",
      ports: ["rpc"],
      after: [],
      arguments: () => ["--chain-id", String(chainId)],
      sources: [
        "local/chains",
        "local/kubernetes/control-plane/children.ts",
        "local/services/free-port.ts",
        ...LOCK_FILES,
      ],
      readyWithin: 60,
    })),
    {
      name: "verifier",
      entry: "local/verifier/main.ts",
      ports: ["http"],
      after: LOCAL_CHAINS.map(({ service }) => service),
      arguments: (started) => [
        ...["--seconds", "1"],
        ...LOCAL_CHAINS.flatMap(({ service, chainId }) => [
          "--chain",
          `${chainId}=http://127.0.0.1:${started.port(service, "rpc")}`,
        ]),
      ],
      sources: ["local/verifier", "local/chains/rpc.ts", ...LOCK_FILES],
      readyWithin: 60,
    },
    {
      name: "aws-api",
      entry: "local/aws-api/main.ts",
      ports: ["http"],
      after: [],
      arguments: () => ["--time-scale", String(timeScale), "--seed", String(seed)],
      sources: [
        "local/aws-api",
        "local/ssh",
        "local/cloud/engine/conditions",
        "local/cloud/engine/resources/random.ts",
        "local/kubernetes/control-plane/children.ts",
        "local/services/free-port.ts",
        "local/services/processes.ts",
        ...LOCK_FILES,
      ],
      prepare: (say) => Promise.all([motoProgram(say), openSsh(say)]),
      onlyWith: AWS_OPTION,
      readyWithin: 60,
    },
    {
      name: "kubevirt",
      entry: "local/kubevirt/main.ts",
      ports: ["control", "api"],
      after: ["kubernetes-control-plane"],
      arguments: (started) => [...["--time-scale", String(timeScale)], ...controlPlaneOf(started)],
      sources: [
        "local/kubevirt",
        "local/ssh",
        "local/cloud/engine/conditions",
        "local/cloud/engine/resources/random.ts",
        "local/kubernetes/aggregation.ts",
        "local/kubernetes/certificates.ts",
        "local/kubernetes/kwok-node.ts",
        "local/kubernetes/control-plane/children.ts",
        "local/kubernetes/control-plane/cluster.ts",
        "local/kubernetes/control-plane/node-admission.ts",
        "local/kubernetes/control-plane/reconcile.ts",
        "local/services/processes.ts",
        ...LOCK_FILES,
      ],
      prepare: (say) => Promise.all([openSsh(say), fioProgram(say)]),
      onlyWith: KUBEVIRT_OPTION,
      readyWithin: 60,
    },
  ];
}
