import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkout, KubernetesObject } from "../checkout";
import { BesuNode } from "./besu-node";
import {
  besuContainer,
  type PodPlace,
  type PodSpec,
  p2pHost,
  podProcess,
  type RenderedPod,
} from "./pod-process";

/** A Besu process for each Besu pod that a stack has in the control plane of the local target. */
export class BesuNetwork {
  private constructor(
    private readonly folder: string,
    readonly validators: readonly BesuNode[],
    readonly rpcNodes: readonly BesuNode[],
  ) {}

  /** Prepares the processes; none of them runs yet. @param command A shell command that starts Besu. */
  static async prepare(checkout: Checkout, command: string): Promise<BesuNetwork> {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-besu-"));
    const pods = await renderedPods(checkout);
    const places = await placesFor(pods, folder);
    const peers = new Map(
      pods.flatMap((pod, index) => {
        const [address, place] = [p2pHost(pod), places[index]];
        return address === undefined || place === undefined ? [] : [[address, place] as const];
      }),
    );
    const nodes = pods.map((pod, index) => {
      const place = places[index] as PodPlace;
      return new BesuNode(command, pod, place, podProcess(pod, place, peers));
    });
    return new BesuNetwork(
      folder,
      nodes.filter(({ pod }) => p2pHost(pod) !== undefined),
      nodes.filter(({ pod }) => p2pHost(pod) === undefined),
    );
  }

  get nodes(): readonly BesuNode[] {
    return [...this.validators, ...this.rpcNodes];
  }

  /** Starts all processes at the same time and waits until each of them answers. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  /** Stops all processes and deletes their data. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The Besu pods of all regions with the files that they mount, in the order of their names. */
async function renderedPods(checkout: Checkout): Promise<RenderedPod[]> {
  const [statefulSets, configMaps, secrets] = await Promise.all([
    checkout.objects("apis/apps/v1/statefulsets"),
    checkout.objects("api/v1/configmaps"),
    checkout.objects("api/v1/secrets"),
  ]);
  const files = new Map<string, Record<string, string>>();
  for (const { metadata, data } of configMaps) {
    files.set(`configMap ${metadata.namespace}/${metadata.name}`, data ?? {});
  }
  for (const { metadata, data } of secrets) {
    const decoded = Object.entries<string>(data ?? {}).map(([file, content]) => [
      file,
      Buffer.from(content, "base64").toString(),
    ]);
    files.set(`secret ${metadata.namespace}/${metadata.name}`, Object.fromEntries(decoded));
  }
  return statefulSets
    .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === "besu")
    .flatMap(({ metadata, spec }: KubernetesObject) =>
      Array.from({ length: spec.replicas }, (_, ordinal) =>
        renderedPod(
          `${metadata.namespace}/${metadata.name}-${ordinal}`,
          metadata.namespace,
          spec.template.spec,
        ),
      ),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));

  function renderedPod(name: string, namespace: string, spec: PodSpec): RenderedPod {
    const volumes = (spec.volumes ?? []).map(({ name: volume, configMap, secret }) => {
      const source =
        configMap === undefined
          ? secret && `secret ${namespace}/${secret.secretName}`
          : `configMap ${namespace}/${configMap.name}`;
      const content = source === undefined ? {} : files.get(source);
      if (content === undefined) {
        throw new Error(`${name} mounts the ${source}, which does not exist.`);
      }
      return [volume, content] as const;
    });
    return { name, spec, volumes: Object.fromEntries(volumes) };
  }
}

/** A folder, a loopback address and free ports for each pod. Linux accepts all addresses in 127.0.0.0/8. */
async function placesFor(pods: readonly RenderedPod[], folder: string): Promise<PodPlace[]> {
  const portNames = pods.map((pod) => besuContainer(pod).ports.map(({ name }) => name));
  const free = await freePorts(portNames.flat().length);
  return pods.map((pod, index) => ({
    folder: join(folder, pod.name),
    address: `127.0.1.${index + 1}`,
    ports: Object.fromEntries((portNames[index] ?? []).map((name) => [name, free.shift() ?? 0])),
  }));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
