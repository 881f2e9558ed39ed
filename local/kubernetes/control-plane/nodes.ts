import { setTimeout as delay } from "node:timers/promises";
import type { ApiServer } from "../api/api-server";
import { ApiError } from "../api/errors";
import { condition, type KubernetesObject } from "../api/object";

/** The zones of the nodes; each zone has three nodes. */
export const ZONES = ["zone-1", "zone-2", "zone-3"] as const;

/**
 * The last node of each zone stands for the simulated clouds' node pools for validators: the node has the label and
 * the taint that the program gives to such a pool (components/cluster).
 */
const VALIDATOR_POOL = { key: "chainfleet.dev/pool", value: "validators" };
const VALIDATOR_NODE = 3;

/** Creates the missing nodes and waits until kwok has marked every node Ready. The nodes then stay Ready. */
export async function ensureNodes(api: ApiServer): Promise<void> {
  await Promise.all(
    ZONES.flatMap((zone, z) =>
      [1, 2, VALIDATOR_NODE].map((n) =>
        ensureNode(api, node(`node-${z * 3 + n}`, zone, `10.0.${z}.${n}`, n === VALIDATOR_NODE)),
      ),
    ),
  );
}

async function ensureNode(api: ApiServer, desired: KubernetesObject): Promise<void> {
  const { name } = desired.metadata;
  try {
    await api.request({ method: "POST", path: "/api/v1/nodes", body: desired });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) {
      throw error;
    }
  }
  // Admission taints every new node as not ready. The node lifecycle controller would remove the taint, but is off here.
  await api.request({
    method: "PATCH",
    path: `/api/v1/nodes/${name}`,
    contentType: "application/merge-patch+json",
    body: { spec: desired.spec },
  });
  while (condition(await api.request({ path: `/api/v1/nodes/${name}` }), "Ready")?.status !== "True") {
    await delay(100);
  }
}

/** Capacity of a node: 200 pods with 1 CPU and 4 GiB each. */
const CAPACITY = { cpu: "200", memory: "800Gi", "ephemeral-storage": "4Ti", pods: "200" };

function node(name: string, zone: string, address: string, forValidators: boolean): KubernetesObject {
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
        ...(forValidators ? { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value } : {}),
      },
    },
    spec: { taints: forValidators ? [{ ...VALIDATOR_POOL, effect: "NoSchedule" }] : null },
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
