import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../kubernetes/control-plane/cluster";
import type { Fault } from "../../qbft/node";
import type { Pods } from "./kubelet";
import type { NodeProcess, NodeRunner } from "./node-process";
import type { Listener } from "./pod-network";
import { type BesuPod, readPod, runsBesu } from "./pods";
import type { SecretsStore } from "./secrets-store";

/** The Besu nodes of all pods: one begins with its pod and ends with it. */
export class Nodes implements Pods {
  readonly #cluster: Cluster;
  readonly #runner: NodeRunner;
  readonly #store: SecretsStore;
  /** By the pod's uid. */
  readonly #nodes = new Map<string, PodNode>();

  constructor(cluster: Cluster, runner: NodeRunner, store: SecretsStore) {
    this.#cluster = cluster;
    this.#runner = runner;
    this.#store = store;
  }

  /**
   * Starts the nodes of new pods, and stops those of pods that are gone.
   *
   * @returns the number of pods that could not be started, because something that they mount is not there.
   */
  async follow(pods: readonly V1Pod[]): Promise<number> {
    const running = new Map(pods.filter(runsBesu).map((pod) => [pod.metadata?.uid ?? "", pod]));
    for (const [uid, { process }] of this.#nodes) {
      if (!running.has(uid)) {
        this.#nodes.delete(uid);
        process?.stop();
      }
    }
    const begun = await Promise.all(
      [...running].filter(([uid]) => !this.#nodes.has(uid)).map(([uid, pod]) => this.#begin(uid, pod)),
    );
    return begun.filter((isComplete) => !isComplete).length;
  }

  async #begin(uid: string, observed: V1Pod): Promise<boolean> {
    const pod = await readPod(this.#cluster, this.#store, observed);
    if (pod === undefined) {
      return false;
    }
    try {
      this.#nodes.set(uid, { pod, process: await this.#runner.start(pod) });
    } catch (error) {
      this.#nodes.set(uid, { pod, process: undefined });
      console.error(`${pod.namespace}/${pod.name}: Besu does not start: ${(error as Error).message}`);
    }
    return true;
  }

  has(namespace: string, name: string): boolean {
    return this.#named(namespace, name) !== undefined;
  }

  listener(namespace: string, name: string, port: number): Listener | undefined {
    return this.#named(namespace, name)?.process?.listener(port);
  }

  /** Who listens at an address of the pods' network. */
  at(address: string, port: number): Listener | undefined {
    return [...this.#nodes.values()].find(({ pod }) => pod.address === address)?.process?.listener(port);
  }

  /** @returns false if there is no such node. */
  setFault(namespace: string, name: string, fault: Fault): boolean {
    const process = this.#named(namespace, name)?.process;
    process?.setFault(fault);
    return process !== undefined;
  }

  #named(namespace: string, name: string): PodNode | undefined {
    return [...this.#nodes.values()].find(({ pod }) => pod.namespace === namespace && pod.name === name);
  }

  /** What all nodes are doing. */
  overview(): readonly object[] {
    return [...this.#nodes.values()].map(({ pod, process }) => ({
      namespace: pod.namespace,
      pod: pod.name,
      ...process?.describe(),
    }));
  }
}

interface PodNode {
  readonly pod: BesuPod;
  /** Undefined if Besu ended at its start. */
  readonly process: NodeProcess | undefined;
}
