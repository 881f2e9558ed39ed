import type * as pulumi from "@pulumi/pulumi";
import type { SiteNodes } from "../../components/besu/site";
import { WaveHealth } from "../../components/besu/wave-health/wave-health";
import type { Cluster } from "../../components/cluster";

/** The nodes of a region whose health is checked. */
export interface CheckedRegion extends Pick<SiteNodes, "namespace" | "statefulSets"> {
  readonly name: string;
  readonly cluster: Cluster;
}

/**
 * Registers the check after each wave but the last. What waits for a check is decided by the order of the stack.
 *
 * @param waves the names of the regions of each wave.
 * @param regions of all waves.
 */
export function checkHealthOfWaves(
  network: string,
  waves: readonly (readonly string[])[],
  regions: readonly CheckedRegion[],
): void {
  for (const [index, names] of waves.slice(0, -1).entries()) {
    const ofWave = regions.filter(({ name }) => names.includes(name));
    new WaveHealth(
      `${network}-wave-${index + 1}-health`,
      {
        wave: index + 1,
        regions: ofWave.map(({ name, cluster, namespace, statefulSets }) => ({
          name,
          kubeconfig: cluster.kubeconfig,
          ...(cluster.context === undefined ? {} : { context: cluster.context }),
          namespace,
          statefulSets: statefulSets.map(({ metadata }) => ({
            name: metadata.name,
            generation: metadata.generation as pulumi.Output<number>,
          })),
        })),
        next: waves[index + 1] ?? [],
      },
      { dependsOn: ofWave.flatMap(({ statefulSets }) => [...statefulSets]) },
    );
  }
}
