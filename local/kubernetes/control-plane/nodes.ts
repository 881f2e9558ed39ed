import type { ApiServer } from "../api/api-server";
import { ApiError } from "../api/errors";
import { condition, type KubernetesObject } from "../api/object";

/** The zones that the nodes are spread over, three nodes each. */
export const ZONES = ["zone-1", "zone-2", "zone-3"] as const;

/**
 * Makes the nodes that are missing, and marks all Ready: nothing runs on them, and no controller watches their
 * heartbeat, so they stay so.
 */
export async function ensureNodes(api: ApiServer): Promise<void> {
  await Promise.all(
    ZONES.flatMap((zone, z) =>
      [1, 2, 3].map((n) => ensureNode(api, `node-${z * 3 + n}`, zone, `10.0.${z}.${n}`)),
    ),
  );
}

async function ensureNode(api: ApiServer, name: string, zone: string, address: string): Promise<void> {
  const node = await existing(api, name, () => ({
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
      },
    },
  }));
  if (condition(node, "Ready")?.status !== "True") {
    await api.request({
      method: "PATCH",
      path: `/api/v1/nodes/${name}/status`,
      contentType: "application/merge-patch+json",
      body: { status: status(name, address) },
    });
  }
  // Admission taints every new node as not ready; it is the node lifecycle controller's to take that away.
  await api.request({
    method: "PATCH",
    path: `/api/v1/nodes/${name}`,
    contentType: "application/merge-patch+json",
    body: { spec: { taints: null } },
  });
}

async function existing(
  api: ApiServer,
  name: string,
  make: () => KubernetesObject,
): Promise<KubernetesObject> {
  try {
    return await api.request({ method: "POST", path: "/api/v1/nodes", body: make() });
  } catch (error) {
    if (error instanceof ApiError && error.reason === "AlreadyExists") {
      return api.request({ path: `/api/v1/nodes/${name}` });
    }
    throw error;
  }
}

/** Room for 200 pods a node at 1 CPU and 4 GiB each. */
const CAPACITY = { cpu: "200", memory: "800Gi", "ephemeral-storage": "4Ti", pods: "200" };

function status(name: string, address: string): unknown {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: name },
    ],
    capacity: CAPACITY,
    allocatable: CAPACITY,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "played by kwok",
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
}
