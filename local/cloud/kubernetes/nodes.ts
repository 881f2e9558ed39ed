import { kwokNode, type NamedNode } from "../../kubernetes/kwok-node";
import type { NodePool } from "../engine/cloud/dialect";

/** The nodes of a pool, spread evenly over the zones of the pool. */
export function nodesOf(pool: NodePool): NamedNode[] {
  return Array.from({ length: pool.zones.length === 0 ? 0 : pool.count }, (_, index) =>
    kwokNode({
      name: `${pool.cluster}-${pool.name}-${index}`,
      cluster: pool.cluster,
      labels: {
        ...pool.labels,
        "node.kubernetes.io/instance-type": pool.instanceType,
        "topology.kubernetes.io/region": pool.region,
        "topology.kubernetes.io/zone": pool.zones[index % pool.zones.length] ?? "",
      },
      spec: { taints: pool.taints.map((taint) => ({ ...taint })) },
      kubeletVersion: `v${pool.version}.0`,
    }),
  );
}
