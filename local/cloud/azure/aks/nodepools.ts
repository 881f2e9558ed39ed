import type { NodePool } from "../../engine/cloud/dialect";
import type { View } from "../../engine/resources/kind";
import { numberAt, stringAt, stringMapAt, stringsAt } from "../../engine/resources/properties";
import { parentKeyOf, text } from "../arm";
import { agentPool, poolVersion } from "./agentpool";

/**
 * The nodes of each pool stand in the pool's zones by turns. A smaller pool is without its last nodes: AKS's scale sets balance
 * their zones, and then delete the instance with the highest id.
 * https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-scale-in-policy
 */
export function nodePools(view: View): readonly NodePool[] {
  return view
    .list(agentPool.token)
    .filter((pool) => ["Succeeded", "Updating", "Deleting"].includes(view.state(pool)))
    .flatMap((pool) => {
      const cluster = view.find(parentKeyOf(pool.id));
      if (cluster === undefined) {
        return [];
      }
      const zones = stringsAt(pool.inputs, "availabilityZones").map((zone) => `${cluster.location}-${zone}`);
      return [
        {
          cluster: cluster.name,
          name: pool.name,
          region: cluster.location,
          // A node outside of zones has the fault domain 0 as its zone:
          // https://cloud-provider-azure.sigs.k8s.io/topics/availability-zones/#node-labels
          zones: zones.length === 0 ? ["0"] : zones,
          count: numberAt(pool.inputs, "count") ?? 1,
          instanceType: stringAt(pool.inputs, "vmSize") ?? "",
          version: poolVersion(pool),
          labels: {
            ...stringMapAt(pool.inputs, "nodeLabels"),
            "kubernetes.azure.com/agentpool": pool.name,
            "kubernetes.azure.com/cluster": text(cluster.computed, "nodeResourceGroup"),
            "kubernetes.azure.com/mode": text(pool.inputs, "mode").toLowerCase(),
          },
          taints: stringsAt(pool.inputs, "nodeTaints").map(parseTaint),
        },
      ];
    });
}

/** `key=value:Effect` */
function parseTaint(taint: string): { key: string; value: string; effect: string } {
  const [, key = "", value = "", effect = ""] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(taint) ?? [];
  return { key, value, effect };
}
