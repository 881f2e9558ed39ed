import type { V1Node, V1NodeSpec } from "@kubernetes/client-node";

/** The label of every node, with the name of the node's cluster: all local clusters share one control plane. */
export const CLUSTER_LABEL = "chainfleet.local/cluster";

/** A Kubernetes node with its name. */
export type NamedNode = V1Node & { readonly metadata: { readonly name: string } };

/** What distinguishes a node from the others. */
export interface NodeDescription {
  readonly name: string;
  /** Name of the node's cluster. */
  readonly cluster: string;
  /** Labels in addition to those that every node has. */
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: V1NodeSpec;
  /** An address in the network of the nodes. Undefined: the node has only its name. */
  readonly internalIp?: string;
  /** @example "v1.36.3" */
  readonly kubeletVersion: string;
}

/** A node that kwok keeps Ready. Every node has room for 200 pods with 1 CPU and 4 GiB each, whatever its type. */
export function kwokNode({
  name,
  cluster,
  labels,
  spec,
  internalIp,
  kubeletVersion,
}: NodeDescription): NamedNode {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        ...labels,
        [CLUSTER_LABEL]: cluster,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
      },
    },
    spec,
    status: {
      addresses: [
        ...(internalIp === undefined ? [] : [{ type: "InternalIP", address: internalIp }]),
        { type: "Hostname", address: name },
      ],
      capacity: CAPACITY,
      allocatable: CAPACITY,
      nodeInfo: {
        architecture: "amd64",
        operatingSystem: "linux",
        osImage: "kwok",
        kernelVersion: "kwok",
        containerRuntimeVersion: "kwok",
        kubeletVersion,
        kubeProxyVersion: "",
        bootID: "",
        machineID: "",
        systemUUID: "",
      },
    },
  };
}

const CAPACITY = { cpu: "200", memory: "800Gi", "ephemeral-storage": "4Ti", pods: "200" };
