import { defaultSeconds } from "./default-durations";
import type { Expected, Place, Sample, TimedOperation } from "./learned-durations";

/** The pseudo type under which whole regions are learned. */
const REGION = "chainfleet:Region";

/** The sample of a region that a run has created as a whole. */
export function regionSample(place: Place, seconds: number): Sample {
  return { type: REGION, op: "create", place, seconds };
}

/**
 * How long the creation of a region is expected to take, in seconds: as past runs have shown at the location or elsewhere on
 * the cloud, else the creation of its cluster and of a validator by the table of defaults. For an order of regions, the
 * longest first. Pure.
 */
export function expectedRegionSeconds(
  place: Place,
  expected: (operation: TimedOperation) => Expected,
): number {
  const learned = expected({ type: REGION, op: "create", place });
  if (learned.source !== "none") {
    return learned.seconds;
  }
  const [clusterType] = Object.entries(CLUSTER_TYPES).find(([cloud]) => place.cloud.startsWith(cloud)) ?? [];
  const cluster = clusterType === undefined ? undefined : CLUSTER_TYPES[clusterType];
  return (
    (cluster ?? []).reduce((sum, type) => sum + defaultSeconds(type, "create"), 0) +
    defaultSeconds("kubernetes:apps/v1:StatefulSet", "create")
  );
}

/** What is created one after another for the nodes of a cluster, by cloud. */
const CLUSTER_TYPES: Readonly<Record<string, readonly string[]>> = {
  azure: ["azure-native:containerservice:ManagedCluster"],
  aws: ["aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"],
};
