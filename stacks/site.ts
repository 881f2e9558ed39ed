import type { Site } from "../components/besu/network";
import { AksCluster } from "../components/cluster/aks";
import { EksCluster } from "../components/cluster/eks";
import { ExistingCluster } from "../components/cluster/existing";
import type { ManagedClusterArgs } from "../components/cluster/managed-cluster";
import { AwsRegion } from "../components/region/aws";
import { AzureRegion } from "../components/region/azure";
import { existingDiskGroups } from "../components/region/disk-groups";
import { KubernetesRegion } from "../components/region/kubernetes";
import type { RegionConfig } from "./config/schema";

/** What all sites of a network have in common. */
export interface SharedSiteArgs
  extends Pick<ManagedClusterArgs, "network" | "reclaimPolicy" | "updateHooks"> {
  /** The ids of the Azure regions' disk groups that exist, by region. */
  readonly diskGroups: ReadonlyMap<string, string>;
}

/** Creates the region and the cluster of a site. No other code of the stacks depends on the region's cloud. */
export function createSite(shared: SharedSiteArgs, config: RegionConfig): Site {
  const { name, validators, rpcNodes } = config;
  const { network } = shared;
  switch (config.cloud) {
    case "azure": {
      const region = new AzureRegion(name, {
        ...config,
        network,
        reclaimPolicy: shared.reclaimPolicy,
        diskGroupId: shared.diskGroups.get(name),
      });
      const cluster = new AksCluster(name, { ...config, ...shared, region });
      return { name, region, cluster, rpcNodes };
    }
    case "aws": {
      const { location, cidr } = config;
      const region = new AwsRegion(name, { network, location, cidr, validators });
      const cluster = new EksCluster(name, { ...config, ...shared, region });
      return { name, region, cluster, rpcNodes };
    }
    case "kubernetes":
      return {
        name,
        region: new KubernetesRegion(name, { p2pAddresses: config.p2pAddresses, validators }),
        cluster: new ExistingCluster(name, config),
        rpcNodes,
      };
  }
}

/** The ids of the Azure regions' disk groups that exist, by region. */
export function findDiskGroups(
  network: string,
  regions: readonly RegionConfig[],
): Promise<ReadonlyMap<string, string>> {
  return existingDiskGroups(
    network,
    regions.filter(({ cloud }) => cloud === "azure").map(({ name }) => name),
  );
}
