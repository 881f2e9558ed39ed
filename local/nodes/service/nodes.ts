import type { Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../kubernetes/control-plane/cluster";
import type { ChainRules } from "../../qbft/chain";
import type { Network } from "../../qbft/network";
import type { Fault } from "../../qbft/node";
import { createServers } from "../besu/servers";
import { describeNode, genesisFileOf } from "./describe";
import { chainRules } from "./genesis";
import type { Pods } from "./kubelet";
import type { Listener } from "./pod-network";
import { type BesuPod, readPod, runsBesu } from "./pods";
import type { Simulation } from "./simulation";

/** A node behind its pod. */
interface PodNode {
  readonly pod: BesuPod;
  readonly network: Network;
  readonly id: string;
  /** By port. Empty until the servers are up, and while the process is crashed. */
  servers: ReadonlyMap<number, Server>;
}

/** The Besu nodes of all pods. */
export class Nodes implements Pods {
  readonly #cluster: Cluster;
  readonly #simulation: Simulation;
  /** Wall-clock milliseconds from the start of a process to its servers. */
  readonly #serversAfter: number;
  /** By the pod's uid. A pod whose Besu ended at its start has none. */
  readonly #nodes = new Map<string, PodNode | undefined>();
  readonly #rules = new Map<string, Promise<ChainRules>>();

  constructor(cluster: Cluster, simulation: Simulation, timeScale: number) {
    this.#cluster = cluster;
    this.#simulation = simulation;
    this.#serversAfter = SERVER_MILLISECONDS * timeScale;
  }

  /** Starts the nodes of new pods, and stops those of pods that are gone. */
  async follow(pods: readonly V1Pod[]): Promise<void> {
    const running = new Map(pods.filter(runsBesu).map((pod) => [pod.metadata?.uid ?? "", pod]));
    for (const [uid, node] of this.#nodes) {
      if (!running.has(uid)) {
        this.#nodes.delete(uid);
        if (node !== undefined) {
          this.#end(node);
        }
      }
    }
    await Promise.all(
      [...running].filter(([uid]) => !this.#nodes.has(uid)).map(([uid, pod]) => this.#begin(uid, pod)),
    );
  }

  async #begin(uid: string, observed: V1Pod): Promise<void> {
    const pod = await readPod(this.#cluster, observed);
    if (pod === undefined || this.#nodes.has(uid)) {
      return;
    }
    try {
      const { description, options, release } = describeNode(pod);
      const rules = await this.#rulesOf(genesisFileOf(pod));
      const network = this.#simulation.start(rules, description, pod.volume);
      const { id } = description;
      const node: PodNode = { pod, network, id, servers: new Map() };
      this.#nodes.set(uid, node);
      const { now } = this.#simulation;
      void delay(this.#serversAfter).then(() => {
        if (this.#nodes.get(uid) === node) {
          node.servers = createServers({ network, id, options, release, now });
        }
      });
    } catch (error) {
      this.#nodes.set(uid, undefined);
      console.error(`${pod.namespace}/${pod.name}: Besu does not start: ${(error as Error).message}`);
    }
  }

  #rulesOf(genesisFile: string): Promise<ChainRules> {
    const known = this.#rules.get(genesisFile);
    if (known !== undefined) {
      return known;
    }
    const rules = chainRules(genesisFile);
    this.#rules.set(genesisFile, rules);
    return rules;
  }

  #end({ network, id, servers }: PodNode): void {
    this.#simulation.stop(network, id);
    for (const server of servers.values()) {
      server.closeAllConnections();
    }
  }

  has(namespace: string, name: string): boolean {
    return this.#named(namespace, name) !== undefined;
  }

  listener(namespace: string, name: string, port: number): Listener | undefined {
    return listenerOf(this.#named(namespace, name), port);
  }

  /** Who listens at an address of the pods' network. */
  at(address: string, port: number): Listener | undefined {
    return listenerOf(
      [...this.#nodes.values()].find((node) => node?.pod.address === address),
      port,
    );
  }

  /** @returns false if there is no such node. */
  setFault(namespace: string, name: string, fault: Fault): boolean {
    const node = this.#named(namespace, name);
    if (node === undefined) {
      return false;
    }
    this.#simulation.setFault(node.network, node.id, fault);
    return true;
  }

  #named(namespace: string, name: string): PodNode | undefined {
    return [...this.#nodes.values()].find(
      (node) => node?.pod.namespace === namespace && node.pod.name === name,
    );
  }

  /** What the service is asked about. */
  overview(): readonly object[] {
    const time = this.#simulation.now();
    return [...this.#nodes.values()].flatMap((node) => {
      if (node === undefined) {
        return [];
      }
      const { pod, network, id } = node;
      return [
        {
          namespace: pod.namespace,
          pod: pod.name,
          account: network.node(id).description.account,
          genesis: network.rules.genesisHash,
          head: network.headOf(id, time).number,
          peers: network.peersOf(id).size,
          round: network.roundOf(id) ?? 0,
        },
      ];
    });
  }
}

/** Simulated milliseconds from the start of Besu's process to its HTTP servers. */
const SERVER_MILLISECONDS = 1_500;

function listenerOf(node: PodNode | undefined, port: number): Listener | undefined {
  const server = node?.servers.get(port);
  return server === undefined ? undefined : (connection) => server.emit("connection", connection);
}
