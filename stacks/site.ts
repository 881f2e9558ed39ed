import type { Provider } from "@pulumi/aws";
import { getClientConfig } from "@pulumi/azure-native/authorization";
import type { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { AwsSecretsManager } from "../components/besu/keys/aws-secrets-manager";
import { AzureKeyVault } from "../components/besu/keys/azure-key-vault";
import type { KeyStore } from "../components/besu/keys/key-store";
import type { Cluster } from "../components/cluster";
import { AksCluster, type AksRegion, aksClusterExists, aksKubeconfig } from "../components/cluster/aks";
import {
  fetchPools,
  isAksNotFound,
  poolSizeProblems,
  zonesOfValidators,
} from "../components/cluster/aks-pools";
import type { ClusterAccess } from "../components/cluster/client-config";
import {
  EksCluster,
  type EksRegion,
  eksClusterExists,
  eksKubeconfig,
  isEksNotFound,
} from "../components/cluster/eks";
import { fetchAdmins } from "../components/cluster/eks-admins";
import { endOfSupportProblem } from "../components/cluster/end-of-support";
import { ExistingCluster } from "../components/cluster/existing";
import type { ManagedClusterArgs } from "../components/cluster/managed-cluster";
import { isKnown } from "../components/engine/known";
import type { Governor } from "../components/governor/governor";
import { patiently } from "../components/governor/patience";
import { isoDate } from "../components/iso-date";
import { fullName } from "../components/naming";
import type { P2pEndpoint } from "../components/region";
import { AwsRegion, createAwsProvider } from "../components/region/aws";
import { fetchQuotaProblems } from "../components/region/aws-quotas";
import { fetchZones, type Zone } from "../components/region/aws-zones";
import { AzureRegion } from "../components/region/azure";
import { createAzureProvider } from "../components/region/azure-provider";
import { findDiskGroup } from "../components/region/disk-group";
import { KubernetesRegion } from "../components/region/kubernetes";
import { keyStoreOf } from "./config/fields/key-store";
import { kubeconfigOfEnvironment } from "./config/kubeconfig-of-environment";
import type { Config, RegionConfig } from "./config/schema";

/** What a region's cloud says about the account before anything is created in the region. */
export type CloudAnswers =
  | { readonly kind: "none" }
  | {
      readonly kind: "azure";
      /** The provider of the region's own subscription; undefined if the region is in that of the stack. */
      readonly provider: AzureProvider | undefined;
      /** The id of the region's disk group; undefined if the group does not exist. */
      readonly diskGroupId: string | undefined;
      /** The numbers of the zones by which the region's validators are divided. */
      readonly validatorZones: readonly string[];
    }
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
 * @param network the network's name, and the stack that the tags of its resources name.
 * @throws ChainfleetError if the cloud does not answer.
 */
export async function surveyRegion(
  { network: networkName, stack }: { readonly network: string; readonly stack: string },
  config: RegionConfig,
): Promise<SurveyedRegion> {
  if (config.cloud === "kubernetes") {
    return { answers: { kind: "none" }, problems: [] };
  }
  if (config.cloud === "azure") {
    const provider =
      config.subscription === undefined ? undefined : createAzureProvider(config.name, config.subscription);
    const options = provider === undefined ? {} : { provider };
    const [diskGroupId, versionProblem, pools] = await Promise.all([
      patiently(config.name, () => findDiskGroup(networkName, config.name, options)),
      endOfSupport(config, () => aksClusterExists(networkName, config.name, options)),
      patiently(config.name, () => fetchPools(networkName, config.name, options)),
    ]);
    return {
      answers: {
        kind: "azure",
        provider,
        diskGroupId,
        validatorZones: zonesOfValidators(config.location, pools),
      },
      problems: [...versionProblem, ...poolSizeProblems(pools, config)],
    };
  }
  const { name, location, profile } = config;
  const provider = createAwsProvider(name, { stack, network: networkName, location, profile });
  const [zones, admins, quotaProblems, versionProblem] = await Promise.all([
    patiently(name, () => fetchZones({ name, location }, provider)),
    patiently(name, () => fetchAdmins(config, provider)),
    patiently(name, () => fetchQuotaProblems({ ...config, location }, provider)),
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

/** What all regions of a network have in common. */
export interface SharedRegionArgs extends Pick<ManagedClusterArgs, "network" | "reclaimPolicy"> {
  readonly governor: Governor;
  /** Where the keys of regions are kept that do not say so themselves. */
  readonly keyStore: Config["besu"]["keyStore"];
}

/** What all clusters of a network have in common. */
export interface SharedClusterArgs extends SharedRegionArgs, Pick<ManagedClusterArgs, "updateHooks"> {
  /** The machines of validator pools that have more of them than validators, by the region's name. */
  readonly keptMachines: Readonly<Record<string, number>>;
}

interface P2pEndpoints {
  /** The P2P endpoint of each validator, in the order of the validators. */
  readonly p2pEndpoints: readonly P2pEndpoint[];
}

/** A region with what its cluster and its nodes use of it. */
export type PlacedRegion =
  | {
      readonly config: RegionConfigOf<"azure">;
      readonly region: AksRegion & P2pEndpoints;
      /** The provider of the region's own subscription. */
      readonly provider: AzureProvider | undefined;
    }
  | {
      readonly config: RegionConfigOf<"aws">;
      readonly region: EksRegion & P2pEndpoints;
      /** ARNs of the IAM users and roles that may do everything in the cluster. */
      readonly admins: readonly string[];
    }
  | { readonly config: RegionConfigOf<"kubernetes">; readonly region: P2pEndpoints };

export type RegionConfigOf<Cloud extends RegionConfig["cloud"]> = Extract<
  RegionConfig,
  { readonly cloud: Cloud }
>;

/** Fulfilled when what a region's cluster is made from exists or has failed: then the engine is asked for the cluster. */
export async function clusterRequested(placed: PlacedRegion): Promise<void> {
  if (isOn("azure", placed)) {
    const { systemSubnetId, validatorsSubnetId, clusterIdentityId } = placed.region;
    await Promise.all([systemSubnetId, validatorsSubnetId, clusterIdentityId].map(isKnown));
  } else if (isOn("aws", placed)) {
    await Promise.all(placed.region.zones.map(({ publicSubnetId }) => isKnown(publicSubnetId)));
  }
}

/** Creates a region: its network, addresses and rights, but not its cluster. */
export function createRegion(
  { network, reclaimPolicy, governor, keyStore }: SharedRegionArgs,
  config: RegionConfig,
  answers: CloudAnswers,
): PlacedRegion {
  const { name, validators } = config;
  switch (config.cloud) {
    case "azure": {
      const { provider, diskGroupId, validatorZones } = answersOf("azure", config, answers);
      const region = new AzureRegion(
        name,
        {
          ...{ ...config, network, reclaimPolicy, diskGroupId, validatorZones },
          keyStore: keyStoreOf({ keyStore }, config),
        },
        { ...governedBy(governor, config), ...providedBy(provider) },
      );
      return { config, region, provider };
    }
    case "aws": {
      const { location, cidr } = config;
      const { provider, zones, admins } = answersOf("aws", config, answers);
      const region = new AwsRegion(
        name,
        { network, location, cidr, validators, zones, provider },
        governedBy(governor, config),
      );
      return { config, region, admins };
    }
    case "kubernetes":
      return {
        config,
        region: new KubernetesRegion(name, { p2pAddresses: config.p2pAddresses, validators }),
      };
  }
}

/** Creates the cluster of a region. */
export function createCluster(
  { governor, keyStore, keptMachines, ...others }: SharedClusterArgs,
  placed: PlacedRegion,
): Cluster {
  const { name, validators } = placed.config;
  const shared = { ...others, validatorMachines: keptMachines[name] ?? validators };
  if (isOn("azure", placed)) {
    const { config, region, provider } = placed;
    return new AksCluster(
      name,
      { ...config, ...shared, region, keyStore: keyStoreOf({ keyStore }, config) },
      { ...governedBy(governor, config), ...providedBy(provider) },
    );
  }
  if (isOn("aws", placed)) {
    const { config, region, admins } = placed;
    return new EksCluster(
      name,
      { ...config, ...shared, region, admins, keyStore: keyStoreOf({ keyStore }, config) },
      governedBy(governor, config),
    );
  }
  if (isOn("kubernetes", placed)) {
    return new ExistingCluster(name, { ...placed.config, ...kubeconfigOfEnvironment() });
  }
  throw new TypeError(`Region ${name} is on no known cloud.`);
}

/**
 * Creates the store of a region's keys.
 *
 * @param validators the addresses of the region's validators.
 * @returns undefined if the keys are kept in Secrets of the cluster.
 */
export function createKeyStore(
  { network, governor, keyStore }: Pick<SharedRegionArgs, "network" | "governor" | "keyStore">,
  placed: PlacedRegion,
  cluster: Cluster,
  [firstValidator]: readonly pulumi.Input<Address>[],
): KeyStore | undefined {
  if (firstValidator === undefined) {
    return undefined;
  }
  if (isOn("azure", placed) && cluster instanceof AksCluster) {
    const { config, region, provider } = placed;
    return keyStoreOf({ keyStore }, config) === "keyVault"
      ? new AzureKeyVault(
          config.name,
          {
            ...{ ...config, ...region, network, firstValidator },
            issuerUrl: cluster.issuerUrl,
            tenantId: patiently(config.name, async () => {
              const { tenantId } = await getClientConfig(provider === undefined ? {} : { provider });
              return tenantId;
            }),
          },
          { ...governedBy(governor, config), ...providedBy(provider) },
        )
      : undefined;
  }
  if (isOn("aws", placed) && cluster instanceof EksCluster) {
    const { config, region } = placed;
    const { clusterName, secretsDriver } = cluster;
    return keyStoreOf({ keyStore }, config) === "secretsManager"
      ? new AwsSecretsManager(
          config.name,
          { network, location: region.location, provider: region.provider, clusterName, secretsDriver },
          governedBy(governor, config),
        )
      : undefined;
  }
  return undefined;
}

/** The resources of a region share the rate limits of their account at its location. */
function governedBy(
  governor: Governor,
  config: RegionConfigOf<"azure" | "aws">,
): pulumi.ComponentResourceOptions {
  const { cloud, location } = config;
  return { transformations: [governor.binding({ cloud, account: accountOf(config), location })] };
}

/**
 * What tells the subscriptions and accounts of the regions apart. A region that names the stack's own subscription shares its
 * limits with the regions that name none.
 */
function accountOf(config: RegionConfigOf<"azure" | "aws">): string | undefined {
  return config.cloud === "aws"
    ? config.profile
    : (config.subscription ?? new pulumi.Config("azure-native").get("subscriptionId"))?.toLowerCase();
}

function providedBy(provider: AzureProvider | undefined): pulumi.ComponentResourceOptions {
  return provider === undefined ? {} : { providers: [provider] };
}

function isOn<Cloud extends RegionConfig["cloud"]>(
  cloud: Cloud,
  placed: PlacedRegion,
): placed is Extract<PlacedRegion, { config: RegionConfigOf<Cloud> }> {
  return placed.config.cloud === cloud;
}

/** The answers of the region's own cloud. */
export function answersOf<Kind extends CloudAnswers["kind"]>(
  kind: Kind,
  { name, cloud }: RegionConfig,
  answers: CloudAnswers,
): Extract<CloudAnswers, { kind: Kind }> {
  if (answers.kind !== kind) {
    throw new TypeError(`Region ${name} is on ${cloud}, but the answers are of kind "${answers.kind}".`);
  }
  return answers as Extract<CloudAnswers, { kind: Kind }>;
}

/**
 * How the cluster of a region is reached that the state may not know.
 *
 * @param options of the calls to the region's cloud: the provider of the region's location or subscription.
 * @returns undefined if the cloud has no such cluster.
 * @throws Error if the cloud does not answer.
 */
export async function existingClusterAccess(
  network: string,
  config: RegionConfig,
  options: pulumi.InvokeOptions,
): Promise<ClusterAccess | undefined> {
  const { name } = config;
  switch (config.cloud) {
    case "azure":
      return kubeconfigUnless(isAksNotFound, () =>
        patiently(name, () => aksKubeconfig(network, name, options)),
      );
    case "aws": {
      const { location, profile } = config;
      return kubeconfigUnless(isEksNotFound, () =>
        patiently(name, () => eksKubeconfig({ network, region: name, location, profile }, options)),
      );
    }
    case "kubernetes":
      return { kubeconfig: config.kubeconfig, context: config.context, ...kubeconfigOfEnvironment() };
  }
}

async function kubeconfigUnless(
  isNotFound: (error: Error) => boolean,
  fetch: () => Promise<string>,
): Promise<ClusterAccess | undefined> {
  try {
    return { kubeconfig: await fetch() };
  } catch (error) {
    if (isNotFound(error as Error)) {
      return undefined;
    }
    throw error;
  }
}

/** The name of a region's cluster in its cloud, which is known before the cluster exists. */
export function clusterNameOf(network: string, config: RegionConfig): string {
  return config.cloud === "kubernetes" ? (config.context ?? config.name) : fullName(network, config.name);
}
