import { AppsV1Api, type KubeConfig, type V1StatefulSet } from "@kubernetes/client-node";
import type { Address } from "viem";
import { validatorObjectName } from "../../naming";
import type { NodeClient } from "../node-access/node-client";
import { type Role, roleSelector } from "../role";
import { NodeConnections, type RegionAccess, validatorPod } from "./node-connections";

/** A region whose nodes are asked. */
export interface AskedRegion {
  readonly name: string;
  readonly cloud: string;
  /** The addresses of the region's validators, in the order of their numbers. */
  readonly validators: readonly Address[];
  /** The number of RPC nodes that are asked, too. @default 0 */
  readonly rpcNodes?: number;
  /** How the region's cluster is reached. Undefined if the last run did not finish the region. */
  readonly access: RegionAccess | undefined;
}

/** A node as its cluster has it. */
export interface NodeWorkload {
  /** Of a validator, the StatefulSet; of an RPC node, the pod. @example "validator-0", "rpc-1" */
  readonly name: string;
  readonly role: Role;
  readonly pod: string;
  /** Undefined for an RPC node. */
  readonly address: Address | undefined;
  /** The pods that the node should have: 0 if it is stopped, undefined if there is no StatefulSet. */
  readonly replicas: number | undefined;
  readonly isReady: boolean;
}

/** The Besu nodes of one region, through the Kubernetes API of its cluster. */
export class RegionNodes {
  readonly #region: AskedRegion;
  readonly #connections: NodeConnections | undefined;

  /** @param timeoutSeconds for each request to a node. */
  constructor(region: AskedRegion, timeoutSeconds: number) {
    this.#region = region;
    this.#connections = region.access && new NodeConnections(region.access, timeoutSeconds);
  }

  /**
   * The validators, then the RPC nodes, in the order of their numbers.
   *
   * @throws Error if the cluster cannot be asked.
   */
  async workloads(): Promise<NodeWorkload[]> {
    const { validators, rpcNodes = 0 } = this.#region;
    const { namespace, config } = await this.open();
    const { items } = await config.makeApiClient(AppsV1Api).listNamespacedStatefulSet({
      namespace,
      labelSelector: roleSelector(["validator", "rpc"]),
    });
    const statefulSet = (name: string) => items.find(({ metadata }) => metadata?.name === name);
    const rpc = statefulSet(RPC_STATEFUL_SET);
    return [
      ...validators.map((address, index): NodeWorkload => {
        const name = validatorObjectName(index);
        const own = statefulSet(name);
        return {
          name,
          role: "validator",
          pod: validatorPod(index),
          address,
          replicas: replicasOf(own),
          isReady: isReady(own),
        };
      }),
      ...Array.from({ length: rpcNodes }, (_, index): NodeWorkload => {
        const name = `${RPC_STATEFUL_SET}-${index}`;
        const replicas = replicasOf(rpc);
        return {
          name,
          role: "rpc",
          pod: name,
          address: undefined,
          replicas: replicas === undefined ? undefined : Number(index < replicas),
          isReady: isReady(rpc),
        };
      }),
    ];
  }

  /** The node in a pod. Its connection is kept until {@link RegionNodes.close}. */
  async node(pod: string): Promise<NodeClient> {
    return this.#known().node(pod);
  }

  close(): void {
    this.#connections?.close();
  }

  /**
   * Signs in to the cluster, and once more after a failure.
   *
   * @throws Error if it is not known how the cluster is reached, or if the credential plugin fails.
   */
  async open(): Promise<{ readonly namespace: string; readonly config: KubeConfig }> {
    const connections = this.#known();
    return { namespace: connections.access.namespace, config: await connections.cluster() };
  }

  #known(): NodeConnections {
    if (this.#connections === undefined) {
      throw new Error("the stack's outputs do not say how its cluster is reached; run chainfleet up");
    }
    return this.#connections;
  }
}

const RPC_STATEFUL_SET = "rpc";

function replicasOf(statefulSet: V1StatefulSet | undefined): number | undefined {
  return statefulSet === undefined ? undefined : (statefulSet.spec?.replicas ?? 1);
}

function isReady(statefulSet: V1StatefulSet | undefined): boolean {
  const { metadata, spec, status } = statefulSet ?? {};
  return (
    (spec?.replicas ?? 1) > 0 &&
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.readyReplicas ?? 0) >= (spec?.replicas ?? 1)
  );
}
