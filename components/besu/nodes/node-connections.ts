import type { KubeConfig } from "@kubernetes/client-node";
import { type ClusterAccess, openCluster } from "../../cluster/client-config";
import { memoizeSuccess } from "../../memoize-success";
import { validatorObjectName } from "../../naming";
import { NodeClient } from "../node-access/node-client";

/** How the nodes of one region are reached. */
export interface RegionAccess extends ClusterAccess {
  /** The namespace of the region's nodes. */
  readonly namespace: string;
}

/**
 * The connections to the nodes of one region, through the Kubernetes API of its cluster. The cluster is signed in to when it is first
 * needed, and again if that failed: a credential plugin may fail once. Each node's connection stays open until it is closed.
 */
export class NodeConnections {
  readonly #open: () => Promise<KubeConfig>;
  readonly #clients = new Map<string, NodeClient>();

  /** @param timeoutSeconds for each request to a node. @default that of a `NodeClient` */
  constructor(
    readonly access: RegionAccess,
    readonly timeoutSeconds?: number,
  ) {
    const open = memoizeSuccess(openCluster);
    this.#open = () => open(access);
  }

  /** @throws Error if the kubeconfig cannot be read, or if the credential plugin fails. */
  cluster(): Promise<KubeConfig> {
    return this.#open();
  }

  /**
   * The node in a pod, over the one connection that is kept open.
   *
   * @throws Error as {@link NodeConnections.cluster}.
   */
  async node(pod: string): Promise<NodeClient> {
    const config = await this.#open();
    const client = this.#clients.get(pod) ?? this.#client(config, pod);
    this.#clients.set(pod, client);
    return client;
  }

  /**
   * The node in a pod, over a connection of its own that the caller closes.
   *
   * @throws Error as {@link NodeConnections.cluster}.
   */
  async connect(pod: string): Promise<NodeClient> {
    return this.#client(await this.#open(), pod);
  }

  #client(config: KubeConfig, pod: string): NodeClient {
    return new NodeClient({ config, namespace: this.access.namespace, pod }, this.timeoutSeconds);
  }

  /** Closes the connections that are kept open. They are opened again when a node is asked. */
  close(): void {
    for (const client of this.#clients.values()) {
      client.close();
    }
  }
}

/** The pod of a validator, by its number in its region. @example "validator-0-0" */
export function validatorPod(index: number): string {
  return `${validatorObjectName(index)}-0`;
}
