import type { V1Node } from "@kubernetes/client-node";
import type { NodePool } from "../engine/cloud/dialect";

/** The label of every node that the simulated cloud creates, with the name of the node's cluster. */
export const CLUSTER_LABEL = "chainfleet.local/cluster";

/** A Kubernetes node with its name. */
export type NamedNode = V1Node & { readonly metadata: { readonly name: string } };

/** The nodes of a pool, spread evenly over the zones of the pool. */
export function nodesOf(pool: NodePool): NamedNode[] {
  return Array.from({ length: pool.zones.length === 0 ? 0 : pool.count }, (_, index) => {
    const name = `${pool.cluster}-${pool.name}-${index}`;
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          ...pool.labels,
          [CLUSTER_LABEL]: pool.cluster,
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/hostname": name,
          "kubernetes.io/os": "linux",
          "node.kubernetes.io/instance-type": pool.instanceType,
          "topology.kubernetes.io/region": pool.region,
          "topology.kubernetes.io/zone": pool.zones[index % pool.zones.length] ?? "",
        },
      },
      spec: { taints: pool.taints.map((taint) => ({ ...taint })) },
      status: {
        addresses: [{ type: "Hostname", address: name }],
        capacity: CAPACITY,
        allocatable: CAPACITY,
        nodeInfo: {
          architecture: "amd64",
          operatingSystem: "linux",
          osImage: "kwok",
          kernelVersion: "kwok",
          containerRuntimeVersion: "kwok",
          kubeletVersion: `v${pool.version}.0`,
          kubeProxyVersion: "",
          bootID: "",
          machineID: "",
          systemUUID: "",
        },
      },
    };
  });
}

/** Capacity of a node, whatever its type: 200 pods with 1 CPU and 4 GiB each. */
const CAPACITY = { cpu: "200", memory: "800Gi", "ephemeral-storage": "4Ti", pods: "200" };
