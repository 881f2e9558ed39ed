import { join } from "node:path";

/** A Besu pod as the API server has it, with the files of the ConfigMaps and Secrets that it mounts. */
export interface RenderedPod {
  /** Unique in the network. @example "chain138-eastus/validator-0" */
  readonly name: string;
  readonly spec: PodSpec;
  /** The content of the files in each volume, by the volume's name and the file's name. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a test reads of a PodSpec. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
}

export interface Container {
  readonly args: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export interface Probe {
  readonly httpGet: {
    readonly path: string;
    readonly port: string | number;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
}

/** Where a pod's process runs on this machine. */
export interface PodPlace {
  /** The folder that takes the place of the container's file system. */
  readonly folder: string;
  /** The loopback address that takes the place of the pod's IP address. */
  readonly address: string;
  /** The process's port for each named port of the container. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A process that does what the pod's container would do. */
export interface PodProcess {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The files that the process reads, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The folders that exist when the process starts. */
  readonly folders: readonly string[];
}

/**
 * Translates a pod into a process of this machine. Arguments, environment and files stay as the program renders them,
 * save what several containers on one machine cannot share:
 *
 * 1. A path below a mount becomes a path below the process's folder.
 * 2. A port of the container becomes a free port. Besu does not start if its port is in use on any of the machine's
 *    addresses (NetworkUtility.isPortUnavailableForTcp).
 * 3. The public P2P address of a validator becomes the loopback address and P2P port of the validator's process, in
 *    the arguments and in the static nodes.
 * 4. The pod's IP address becomes the process's loopback address.
 * 5. The limits of memory and CPU, which the JVM reads from the container's control group, become options of the JVM.
 *
 * @param peers The place of each validator, by its public P2P address.
 */
export function podProcess(
  pod: RenderedPod,
  place: PodPlace,
  peers: ReadonlyMap<string, PodPlace>,
): PodProcess {
  const { args, env = [], ports, resources, volumeMounts } = besuContainer(pod);
  const environment = Object.fromEntries(env.map((variable) => [variable.name, variableValue(variable)]));

  return {
    args: args.map(expanded).map(withFreePort).map(withLoopbackAddress).map(withFolder),
    environment: { ...environment, JAVA_OPTS: javaOptions(environment["JAVA_OPTS"] ?? "") },
    files: Object.fromEntries(
      volumeMounts.flatMap(({ name, mountPath }) =>
        Object.entries(pod.volumes[name] ?? {}).map(([file, content]) => [
          join(place.folder, mountPath, file),
          content.replaceAll(ENODE_ADDRESS, loopbackEnodeAddress),
        ]),
      ),
    ),
    folders: volumeMounts.map(({ mountPath }) => join(place.folder, mountPath)),
  };

  function variableValue({ name, value, valueFrom }: EnvironmentVariable): string {
    if (valueFrom === undefined) {
      return value ?? "";
    }
    if (valueFrom.fieldRef?.fieldPath === "status.podIP") {
      return place.address;
    }
    throw new Error(`The value of ${name} in ${pod.name} comes from ${JSON.stringify(valueFrom)}.`);
  }

  /** Kubernetes leaves a reference to a variable that does not exist as it is. */
  function expanded(argument: string): string {
    return argument.replace(/\$\((\w+)\)/g, (reference, name) => environment[name] ?? reference);
  }

  function withFreePort(argument: string): string {
    return argument.replace(/^(--[\w-]+-port=)(\d+)$/, (_, option, port) => {
      return `${option}${freePort(Number(port))}`;
    });
  }

  function freePort(containerPort: number): number {
    const name = ports.find((port) => port.containerPort === containerPort)?.name;
    const port = name === undefined ? undefined : place.ports[name];
    if (port === undefined) {
      throw new Error(
        `The container of ${pod.name} has an option for port ${containerPort}, but no such port.`,
      );
    }
    return port;
  }

  function withLoopbackAddress(argument: string): string {
    return argument.replace(
      /^(--p2p-host=)(.+)$/,
      (_, option, address) => `${option}${peer(address).address}`,
    );
  }

  function loopbackEnodeAddress(_: string, address: string): string {
    const { address: loopback, ports: peerPorts } = peer(address);
    return `@${loopback}:${peerPorts["p2p"]}`;
  }

  function peer(address: string): PodPlace {
    const found = peers.get(address);
    if (found === undefined) {
      throw new Error(`${pod.name} names the P2P address ${address}, which no validator has.`);
    }
    return found;
  }

  function withFolder(text: string): string {
    const mountPaths = volumeMounts.map(({ mountPath }) => mountPath).join("|");
    return text.replace(new RegExp(`(?<==)(${mountPaths})(?=[/\\s]|$)`, "g"), (mountPath) =>
      join(place.folder, mountPath),
    );
  }

  function javaOptions(rendered: string): string {
    const { cpu, memory } = resources.limits;
    const limits = `-XX:MaxRAM=${bytes(memory)} -XX:ActiveProcessorCount=${Math.ceil(cores(cpu))}`;
    return `${withFolder(rendered)} ${limits}`;
  }
}

/** The pod's only container. */
export function besuContainer(pod: RenderedPod): Container {
  const [container, ...others] = pod.spec.containers;
  if (container === undefined || others.length > 0) {
    throw new Error(`${pod.name} has ${others.length + 1} containers in place of one.`);
  }
  return container;
}

/** The public address at which peers reach the pod. Undefined if the node only dials its peers. */
export function p2pHost(pod: RenderedPod): string | undefined {
  return besuContainer(pod).args.flatMap((argument) => /^--p2p-host=(.+)$/.exec(argument)?.[1] ?? [])[0];
}

/** The address and port of an enode URL. */
const ENODE_ADDRESS = /(?<=enode:\/\/[0-9a-f]{128})@([^:"]+):\d+/g;

/** @param quantity a Kubernetes quantity with a binary suffix. @example bytes("4Gi") */
function bytes(quantity: string): number {
  const [, number, unit] = /^(\d+)([KMGT])i$/.exec(quantity) ?? [];
  if (number === undefined || unit === undefined) {
    throw new Error(`Memory limit: ${quantity}`);
  }
  return Number(number) * 1024 ** ("KMGT".indexOf(unit) + 1);
}

/** @param quantity a Kubernetes quantity of CPU. @example cores("500m") */
function cores(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}
