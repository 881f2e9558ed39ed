import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import type { Address } from "viem";
import { NodeClient } from "../../components/besu/node-access/node-client";
import { roleLabels } from "../../components/besu/role";
import { openCluster } from "../../components/cluster/client-config";
import { validatorObjectName } from "../../components/naming";
import type { ServiceRegion } from "./regions";

/** A validator as its cluster has it. */
export interface ValidatorWorkload {
  /** The name of the StatefulSet. @example "validator-0" */
  readonly name: string;
  readonly address: Address;
  /** 0 if the validator is stopped; undefined if there is no StatefulSet. */
  readonly replicas: number | undefined;
  readonly isReady: boolean;
}

/** The validators of one region, through the Kubernetes API of its cluster. */
export class ClusterServices {
  readonly #region: ServiceRegion;
  readonly #timeoutSeconds: number;
  readonly #clients = new Map<string, NodeClient>();
  #config: Promise<KubeConfig> | undefined;

  /** @param timeoutSeconds for each request to a node. */
  constructor(region: ServiceRegion, timeoutSeconds: number) {
    this.#region = region;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** @throws Error if the cluster cannot be asked. */
  async validators(): Promise<ValidatorWorkload[]> {
    const { namespace, config } = await this.#open();
    const { items } = await config.makeApiClient(AppsV1Api).listNamespacedStatefulSet({
      namespace,
      labelSelector: labelSelector(),
    });
    return this.#region.validators.map((address, index) => {
      const name = validatorObjectName(index);
      const statefulSet = items.find(({ metadata }) => metadata?.name === name);
      return { name, address, replicas: replicasOf(statefulSet), isReady: isReady(statefulSet) };
    });
  }

  /**
   * Sets the number of pods of each validator: 1 starts it, 0 stops it. A field manager of its own then owns the number, so that
   * no later `up` takes it back.
   */
  async scale(replicas: 0 | 1): Promise<void> {
    const { namespace, config } = await this.#open();
    const api = config.makeApiClient(AppsV1Api);
    const workloads = await this.validators();
    await Promise.all(
      workloads
        .filter((workload) => workload.replicas !== undefined && workload.replicas !== replicas)
        .map(({ name }) =>
          api.patchNamespacedStatefulSetScale(
            { name, namespace, body: { spec: { replicas } }, fieldManager: FIELD_MANAGER },
            setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
          ),
        ),
    );
  }

  /** The number of pods of validators that still run or end. */
  async pods(): Promise<number> {
    const { namespace, config } = await this.#open();
    const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({
      namespace,
      labelSelector: labelSelector(),
    });
    return items.length;
  }

  /** The node of a validator. Its connection is kept until {@link ClusterServices.close}. */
  async node(name: string): Promise<NodeClient> {
    const { namespace, config } = await this.#open();
    const known = this.#clients.get(name);
    if (known !== undefined) {
      return known;
    }
    const client = new NodeClient({ config, namespace, pod: `${name}-0` }, this.#timeoutSeconds);
    this.#clients.set(name, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) {
      client.close();
    }
    this.#clients.clear();
  }

  async #open(): Promise<{ readonly namespace: string; readonly config: KubeConfig }> {
    const { access } = this.#region;
    if (access === undefined) {
      throw new Error("the stack's outputs do not say how its cluster is reached; run chainfleet up");
    }
    this.#config ??= openCluster(access);
    return { namespace: access.namespace, config: await this.#config };
  }
}

const FIELD_MANAGER = "chainfleet-services";

function labelSelector(): string {
  return Object.entries(roleLabels("validator"))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

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
