import type { Site } from "../components/besu/network";
import { AksCluster } from "../components/cluster/aks";
import { EksCluster } from "../components/cluster/eks";
import { ExistingCluster } from "../components/cluster/existing";
import { AwsRegion } from "../components/region/aws";
import { AzureRegion } from "../components/region/azure";
import { KubernetesRegion } from "../components/region/kubernetes";
import type { RegionConfig } from "./config/schema";

/** Creates the region and the cluster of a site. No other code of the stacks depends on the region's cloud. */
export function createSite(
  networkName: string,
  reclaimPolicy: "Retain" | "Delete",
  config: RegionConfig,
): Site {
  const { name, validators, rpcNodes } = config;
  switch (config.cloud) {
    case "azure": {
      const { location, cidr } = config;
      const region = new AzureRegion(name, { network: networkName, location, cidr, validators });
      const cluster = new AksCluster(name, { ...config, network: networkName, region, reclaimPolicy });
      return { name, region, cluster, rpcNodes };
    }
    case "aws": {
      const { location, cidr } = config;
      const region = new AwsRegion(name, { network: networkName, location, cidr, validators });
      const cluster = new EksCluster(name, { ...config, network: networkName, region, reclaimPolicy });
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
