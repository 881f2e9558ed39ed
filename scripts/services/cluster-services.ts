import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { type NodeWorkload, RegionNodes } from "../../components/besu/nodes/region-nodes";
import { roleSelector } from "../../components/besu/role";
import type { ServiceRegion } from "./regions";

/** Starts and stops the validators of one region, through the Kubernetes API of its cluster. */
export class ClusterServices {
  readonly #nodes: RegionNodes;

  /** @param timeoutSeconds for each request to a node. */
  constructor(region: ServiceRegion, timeoutSeconds: number) {
    this.#nodes = new RegionNodes(region, timeoutSeconds);
  }

  /** @throws Error if the cluster cannot be asked. */
  validators(): Promise<NodeWorkload[]> {
    return this.#nodes.workloads();
  }

  /**
   * Sets the number of pods of each validator: 1 starts it, 0 stops it. A field manager of its own then owns the number, so that
   * no later `up` takes it back.
   */
  async scale(replicas: 0 | 1): Promise<void> {
    const { namespace, config } = await this.#nodes.open();
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
    const { namespace, config } = await this.#nodes.open();
    const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({
      namespace,
      labelSelector: roleSelector(["validator"]),
    });
    return items.length;
  }
}

const FIELD_MANAGER = "chainfleet-services";
