import type { Provider } from "@pulumi/aws";
import type { Site } from "../components/besu/network";
import { AksCluster, aksClusterExists } from "../components/cluster/aks";
import { EksCluster, eksClusterExists } from "../components/cluster/eks";
import { fetchAdmins } from "../components/cluster/eks-admins";
import { endOfSupportProblem } from "../components/cluster/end-of-support";
import { ExistingCluster } from "../components/cluster/existing";
import type { ManagedClusterArgs } from "../components/cluster/managed-cluster";
import { isoDate } from "../components/iso-date";
import { AwsRegion, createAwsProvider } from "../components/region/aws";
import { fetchQuotaProblems } from "../components/region/aws-quotas";
import { fetchZones, type Zone } from "../components/region/aws-zones";
import { AzureRegion } from "../components/region/azure";
import { findDiskGroup } from "../components/region/disk-group";
import { KubernetesRegion } from "../components/region/kubernetes";
import type { RegionConfig } from "./config/schema";

/** What a region's cloud says about the account before anything is created in the region. */
export type CloudAnswers =
  | { readonly kind: "none" }
  /** The id of the region's disk group; undefined if the group does not exist. */
  | { readonly kind: "azure"; readonly diskGroupId: string | undefined }
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
  if (config.cloud === "kubernetes") {
    return { answers: { kind: "none" }, problems: [] };
  }
  if (config.cloud === "azure") {
    const [diskGroupId, versionProblem] = await Promise.all([
      findDiskGroup(networkName, config.name),
      endOfSupport(config, () => aksClusterExists(networkName, config.name)),
    ]);
    return { answers: { kind: "azure", diskGroupId }, problems: versionProblem };
  }
  const { name, location } = config;
  const provider = createAwsProvider(name, { network: networkName, location });
  const [zones, admins, quotaProblems, versionProblem] = await Promise.all([
    fetchZones({ name, location }, provider),
    fetchAdmins(config, provider),
    fetchQuotaProblems({ ...config, location }, provider),
    endOfSupport(config, () => eksClusterExists(networkName, name, provider)),
  ]);
  const problems = [...quotaProblems, ...versionProblem];
  return { answers: { kind: "aws", provider, zones, admins }, problems };
}

async function endOfSupport(
  { name, cloud, kubernetesVersion }: Extract<RegionConfig, { readonly kubernetesVersion: string }>,
  exists: () => Promise<boolean>,
): Promise<readonly string[]> {
  const problem = await endOfSupportProblem(
    { region: name, cloud, version: kubernetesVersion, exists },
    isoDate(new Date()),
  );
  return problem === undefined ? [] : [`needs a newer Kubernetes version: kubernetesVersion ${problem}`];
}

/** What all sites of a network have in common. */
export type SharedSiteArgs = Pick<ManagedClusterArgs, "network" | "reclaimPolicy" | "updateHooks">;

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
        diskGroupId: answersOf("azure").diskGroupId,
      });
      const cluster = new AksCluster(name, { ...config, ...shared, region });
      return { name, region, cluster, rpcNodes };
    }
    case "aws": {
      const { location, cidr } = config;
      const { provider, zones, admins } = answersOf("aws");
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

  function answersOf<Kind extends CloudAnswers["kind"]>(kind: Kind): Extract<CloudAnswers, { kind: Kind }> {
    if (answers.kind !== kind) {
      throw new TypeError(
        `Region ${name} is on ${config.cloud}, but the answers are of kind "${answers.kind}".`,
      );
    }
    return answers as Extract<CloudAnswers, { kind: Kind }>;
  }
}
