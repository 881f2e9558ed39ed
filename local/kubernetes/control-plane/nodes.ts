import { setTimeout as delay } from "node:timers/promises";
import type { V1Node, V1Taint } from "@kubernetes/client-node";
import { kwokNode, type NamedNode } from "../kwok-node";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import { LOCAL_CLUSTER } from "./node-admission";

/** A node pool, like those that the program gives to a managed cluster. */
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
 * The pools of the cluster `local`, on which the pods of every namespace run that belongs to no cluster of the simulated
 * clouds: two system nodes, which are in two of the three zones, and a tainted node for a validator in each zone.
 */
export const POOLS: readonly NodePool[] = [
  { name: "system", count: 2, zones: ZONES, labels: {}, taints: [] },
  ...ZONES.map((zone, index) => ({
    name: `validators${index + 1}`,
    count: 1,
    zones: [zone],
    labels: { "chainfleet.dev/pool": "validators" },
    taints: [{ key: "chainfleet.dev/pool", value: "validators", effect: "NoSchedule" }],
  })),
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
export function nodesOf(pool: NodePool, subnet: number): NamedNode[] {
  return Array.from({ length: pool.count }, (_, index) => {
    const zone = pool.zones[index % pool.zones.length];
    return kwokNode({
      name: `${pool.name}-${index}`,
      cluster: LOCAL_CLUSTER,
      labels: {
        "node.kubernetes.io/instance-type": "local",
        "topology.kubernetes.io/region": "local",
        ...pool.labels,
        ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }),
      },
      spec: pool.taints.length > 0 ? { taints: [...pool.taints] } : {},
      internalIp: `10.0.${subnet}.${index + 1}`,
      kubeletVersion: "v1.36.3",
    });
  });
}

async function ensureNode({ core }: Cluster, desired: NamedNode): Promise<void> {
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

function isReady({ status }: V1Node): boolean {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}
