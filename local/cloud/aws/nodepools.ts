import type { NodePool } from "../engine/cloud/dialect";
import type { View } from "../engine/resources/kind";
import { numberAt, objectsAt, stringAt, stringMapAt, stringsAt } from "../engine/resources/properties";
import { instanceTypeOf } from "./account/quotas";
import { text } from "./api";
import { nodeGroup } from "./eksparts";
import { subnet } from "./vpc";

/** The nodes of each node group stand in the zones of the group's subnets, evenly, as an Auto Scaling group spreads them. */
export function nodePools(view: View): readonly NodePool[] {
  const zones = subnetZones(view);
  return view
    .list(nodeGroup.token)
    .filter((group) => ["Succeeded", "Updating", "Deleting"].includes(view.state(group)))
    .map(({ name, location, inputs, computed }) => ({
      cluster: text(inputs, "clusterName"),
      name,
      region: location,
      zones: [...new Set(stringsAt(inputs, "subnetIds").flatMap((id) => zones[id] ?? []))].sort(),
      count: numberAt(inputs, "scalingConfig.desiredSize") ?? 0,
      instanceType: instanceTypeOf({ inputs, computed }),
      version: stringAt(inputs, "version") ?? String(computed.version),
      labels: { ...stringMapAt(inputs, "labels"), "eks.amazonaws.com/nodegroup": name },
      taints: objectsAt(inputs, "taints").map((taint) => ({
        key: text(taint, "key"),
        value: text(taint, "value"),
        effect: TAINT_EFFECTS[text(taint, "effect")] ?? text(taint, "effect"),
      })),
    }));
}

export function subnetZones(view: View): Readonly<Record<string, string>> {
  return Object.fromEntries(
    view.list(subnet.token).map(({ id, computed }) => [id, String(computed.availabilityZone)]),
  );
}

/** EKS writes the effects of taints in its own way: https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html */
const TAINT_EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};
