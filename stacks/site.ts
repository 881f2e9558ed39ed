import type { Provider } from "@pulumi/aws";
import type { Site } from "../components/besu/network";
import { AksCluster } from "../components/cluster/aks";
import { EksCluster } from "../components/cluster/eks";
import { fetchAdmins } from "../components/cluster/eks-admins";
import { ExistingCluster } from "../components/cluster/existing";
import type { ManagedClusterArgs } from "../components/cluster/managed-cluster";
import { AwsRegion, createAwsProvider } from "../components/region/aws";
import { fetchQuotaProblems } from "../components/region/aws-quotas";
import { fetchZones, type Zone } from "../components/region/aws-zones";
import { AzureRegion } from "../components/region/azure";
import { existingDiskGroups } from "../components/region/disk-groups";
import { KubernetesRegion } from "../components/region/kubernetes";
import type { RegionConfig } from "./config/schema";

/** What a region's cloud says about the account before anything is created in the region. */
export type CloudAnswers =
  | { readonly kind: "none" }
  | {
      readonly kind: "aws";
      readonly provider: Provider;
      readonly zones: readonly Zone[];
      readonly admins: readonly string[];
    };

/** A region with what its cloud says. */
export interface SurveyedRegion {
  readonly answers: CloudAnswers;
  /** Why the region cannot be created. Each completes a sentence that begins with the region's config key. */
  readonly problems: readonly string[];
}

/**
 * Asks a region's cloud for everything that decides which resources the region has, and for the limits that the region
 * may exceed.
 *
 * @throws ChainfleetError if the cloud does not answer.
 */
export async function surveyRegion(networkName: string, config: RegionConfig): Promise<SurveyedRegion> {
  if (config.cloud !== "aws") {
    return { answers: { kind: "none" }, problems: [] };
  }
  const { name, location } = config;
  const provider = createAwsProvider(name, { network: networkName, location });
  const [zones, admins, problems] = await Promise.all([
    fetchZones({ name, location }, provider),
    fetchAdmins(config, provider),
    fetchQuotaProblems({ ...config, location }, provider),
  ]);
  return { answers: { kind: "aws", provider, zones, admins }, problems };
}

/** What all sites of a network have in common. */
export interface SharedSiteArgs
  extends Pick<ManagedClusterArgs, "network" | "reclaimPolicy" | "updateHooks"> {
  /** The ids of the Azure regions' disk groups that exist, by region. */
  readonly diskGroups: ReadonlyMap<string, string>;
}

/** Creates the region and the cluster of a site. No other code of the stacks depends on the region's cloud. */
export function createSite(shared: SharedSiteArgs, config: RegionConfig, answers: CloudAnswers): Site {
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
      if (answers.kind !== "aws") {
        throw new TypeError(`Region ${name} is on AWS and was not surveyed.`);
      }
      const { location, cidr } = config;
      const { provider, zones, admins } = answers;
      const region = new AwsRegion(name, { network, location, cidr, validators, zones, provider });
      const cluster = new EksCluster(name, { ...config, ...shared, region, admins });
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
