import { setTimeout as delay } from "node:timers/promises";
import type { V1Node } from "@kubernetes/client-node";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import { CLUSTER_LABEL, LOCAL_CLUSTER } from "./node-admission";

/** The zones of the nodes; each zone has three nodes. */
export const ZONES = ["zone-1", "zone-2", "zone-3"] as const;

/**
 * The last node of each zone stands for the simulated clouds' node pools for validators: the node has the label and
 * the taint that the program gives to such a pool (components/cluster).
 */
const VALIDATOR_POOL = { key: "chainfleet.dev/pool", value: "validators" };
const VALIDATOR_NODE = 3;

/** Creates the missing nodes and waits until kwok has marked every node Ready. The nodes then stay Ready. */
export async function ensureNodes(cluster: Cluster): Promise<void> {
  await Promise.all(
    ZONES.flatMap((zone, z) =>
      [1, 2, VALIDATOR_NODE].map((n) =>
        ensureNode(cluster, node(`node-${z * 3 + n}`, zone, `10.0.${z}.${n}`, n === VALIDATOR_NODE)),
      ),
    ),
  );
}

async function ensureNode({ core }: Cluster, desired: NodeWithName): Promise<void> {
  const { name } = desired.metadata;
  await accepting(409, core.createNode({ body: desired }));
  // Admission taints every new node as not ready. The node lifecycle controller would remove the taint, but is off here.
  const { labels } = desired.metadata;
  const body = { metadata: { labels }, spec: { taints: desired.spec?.taints ?? null } };
  await core.patchNode({ name, body }, MERGE_PATCH);
  while (!isReady(await core.readNode({ name }))) {
    await delay(100);
  }
}

type NodeWithName = V1Node & { readonly metadata: { readonly name: string } };

function isReady({ status }: V1Node): boolean {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

/** Capacity of a node: 200 pods with 1 CPU and 4 GiB each. */
const CAPACITY = { cpu: "200", memory: "800Gi", "ephemeral-storage": "4Ti", pods: "200" };

function node(name: string, zone: string, address: string, forValidators: boolean): NodeWithName {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "local",
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": zone,
        [CLUSTER_LABEL]: LOCAL_CLUSTER,
        ...(forValidators ? { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value } : {}),
      },
    },
    spec: forValidators ? { taints: [{ ...VALIDATOR_POOL, effect: "NoSchedule" }] } : {},
    status: {
      addresses: [
        { type: "InternalIP", address },
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
        kubeletVersion: "v1.36.3",
        kubeProxyVersion: "",
        bootID: "",
        machineID: "",
        systemUUID: "",
      },
    },
  };
}
