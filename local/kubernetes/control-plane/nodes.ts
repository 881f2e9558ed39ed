import { setTimeout as delay } from "node:timers/promises";
import type { V1Node, V1Taint } from "@kubernetes/client-node";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import { CLUSTER_LABEL, LOCAL_CLUSTER } from "./node-admission";

/** A node pool of a managed cluster, as a program gives it to AKS or EKS. */
export interface NodePool {
  readonly name: string;
  readonly count: number;
  /** The zones of the pool. A cloud puts the nodes one after another into them. */
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly V1Taint[];
}

/** The zones in which a pool with three availability zones has nodes. */
const ZONES = ["zone-1", "zone-2", "zone-3"] as const;

/**
 * The pools that the program gives to each simulated cluster (components/cluster): two system nodes, which are in two of
 * the three zones, and tainted nodes for validators in all three. Every simulated cluster is this one control plane, so
 * the pools are here once, and their nodes are large enough for all clusters.
 */
export const POOLS: readonly NodePool[] = [
  { name: "system", count: 2, zones: ZONES, labels: {}, taints: [] },
  {
    name: "validators",
    count: 3,
    zones: ZONES,
    labels: { "chainfleet.dev/pool": "validators" },
    taints: [{ key: "chainfleet.dev/pool", value: "validators", effect: "NoSchedule" }],
  },
];

/** Creates the missing nodes and waits until kwok has marked every node Ready. The nodes then stay Ready. */
export async function ensureNodes(cluster: Cluster): Promise<void> {
  const nodes = POOLS.flatMap((pool, subnet) => nodesOf(pool, subnet));
  await Promise.all(nodes.map((node) => ensureNode(cluster, node)));
}

/**
 * The nodes of a pool: as many as the pool's count, in its zones by turns, with its labels and taints.
 *
 * @param subnet the third number of the nodes' addresses.
 */
export function nodesOf(pool: NodePool, subnet: number): NodeWithName[] {
  return Array.from({ length: pool.count }, (_, index) => {
    const zone = pool.zones[index % pool.zones.length];
    return node(`${pool.name}-${index}`, `10.0.${subnet}.${index + 1}`, {
      labels: { ...pool.labels, ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }) },
      taints: [...pool.taints],
    });
  });
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

function node(
  name: string,
  address: string,
  { labels, taints }: { labels: Record<string, string>; taints: V1Taint[] },
): NodeWithName {
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
        [CLUSTER_LABEL]: LOCAL_CLUSTER,
        ...labels,
      },
    },
    spec: taints.length > 0 ? { taints } : {},
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
