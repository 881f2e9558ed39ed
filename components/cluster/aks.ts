import * as containerservice from "@pulumi/azure-native/containerservice";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { azureTags, fullName } from "../naming";
import type { AzureRegion } from "../region/azure";
import { azureZones } from "../region/locations";
import type { Cluster, ValidatorNodes } from ".";
import { isAksNotFound, SYSTEM_POOL, type ValidatorPool, validatorPools } from "./aks-pools";
import { apiServerOf, execKubeconfig, kubeconfigOf } from "./kubeconfig";
import {
  createProvider,
  createStorageClass,
  type ManagedClusterArgs,
  nodesOfValidatorPools,
  VALIDATOR_POOL,
} from "./managed-cluster";

/** What a cluster uses of its region. In a stack of its own, a cluster knows the region by the outputs of another stack. */
export type AksRegion = Pick<
  AzureRegion,
  | "resourceGroupName"
  | "systemSubnetId"
  | "validatorsSubnetId"
  | "validatorZones"
  | "clusterIdentityId"
  | "clusterRights"
  | "diskGroupName"
  | "diskRights"
>;

/** The arguments of an AKS cluster. */
export interface AksClusterArgs extends ManagedClusterArgs {
  readonly region: AksRegion;
  /** Azure location. @example "eastus" */
  readonly location: string;
  /** VM size of the system pool. @example "Standard_D4s_v5" */
  readonly systemVmSize: string;
  /** VM size of the validator pools. @example "Standard_D8s_v5" */
  readonly validatorVmSize: string;
  /** Where the validators' keys are kept. `keyVault` runs the driver that mounts a vault's secrets. @default "kubernetes" */
  readonly keyStore?: "kubernetes" | "keyVault" | undefined;
}

/**
 * A cluster on AKS.
 *
 * ```
 * managed cluster (system pool, validator pool of each zone) ── credentials ── provider ── storage class
 * ```
 *
 * All pools are part of the cluster resource. AKS lists all pools in the cluster, so a pool that is a resource of its own
 * would show up as a change of the cluster; and AKS upgrades a cluster's system pool only in a request that gives the
 * versions of all pools (https://github.com/Azure/AKS/issues/4765).
 */
export class AksCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly provider: kubernetes.Provider;
  readonly storageClassName: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly zoneSpread = "DoNotSchedule";
  readonly validatorNodes: ValidatorNodes;
  /** The issuer of the tokens of the cluster's ServiceAccounts: an https URL. */
  readonly issuerUrl: pulumi.Output<string>;

  constructor(name: string, args: AksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:AksCluster", `${name}-cluster`, {}, opts);
    const parent = { parent: this };
    const { region, location } = args;
    const clusterName = fullName(args.network, name);
    const tags = azureTags(args.network, name);

    const cluster = createCluster();
    const kubeconfig = kubeconfigOf(cluster, clusterName, () => aksKubeconfig(args.network, name, parent));
    const provider = createProvider(name, kubeconfig, parent);
    const storageClass = createStorageClass(
      name,
      args,
      {
        provisioner: "disk.csi.azure.com",
        // https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/driver-parameters.md
        parameters: { skuName: "Premium_LRS", resourceGroup: region.diskGroupName },
      },
      { ...parent, provider, dependsOn: [cluster, ...region.diskRights] },
    );

    this.clusterName = cluster.name;
    this.kubeconfig = kubeconfig;
    this.provider = provider;
    this.storageClassName = storageClass.metadata.name;
    this.ready = [cluster];
    this.validatorNodes = nodesOfValidatorPools([cluster]);
    this.issuerUrl = cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
    this.registerOutputs({ clusterName: this.clusterName });

    function createCluster() {
      return new containerservice.ManagedCluster(
        `${name}-aks`,
        {
          resourceGroupName: region.resourceGroupName,
          resourceName: clusterName,
          location,
          tags,
          kubernetesVersion: args.kubernetesVersion,
          dnsPrefix: clusterName,
          nodeResourceGroup: fullName(args.network, name, "nodes"),
          identity: { type: "UserAssigned", userAssignedIdentities: [region.clusterIdentityId] },
          enableRBAC: true,
          disableLocalAccounts: true,
          aadProfile: { managed: true, enableAzureRBAC: true },
          oidcIssuerProfile: { enabled: true },
          securityProfile: { workloadIdentity: { enabled: true } },
          ...(args.keyStore === "keyVault" ? { addonProfiles: KEY_VAULT_DRIVER } : {}),
          apiServerAccessProfile: args.privateApi
            ? { enablePrivateCluster: true }
            : { authorizedIPRanges: [...args.apiAllowedCidrs] },
          networkProfile: {
            networkPlugin: "azure",
            networkPluginMode: "overlay",
            networkDataplane: "cilium",
            networkPolicy: "cilium",
            podCidr: "100.64.0.0/16",
            serviceCidr: "172.20.0.0/16",
            dnsServiceIP: "172.20.0.10",
            loadBalancerSku: "standard",
          },
          // In the order in which AKS lists the pools: by name.
          agentPoolProfiles: [
            {
              ...ofEveryPool(azureZones(location)),
              name: SYSTEM_POOL,
              mode: "System",
              vmSize: args.systemVmSize,
              enableAutoScaling: true,
              count: 2,
              minCount: 2,
              maxCount: 6,
              vnetSubnetID: region.systemSubnetId,
            },
            // The pools exist where there are no validators too, because AKS adds no pool to an existing cluster.
            ...validatorPools(location, region.validatorZones, args.validatorMachines).map(validatorProfile),
          ],
        },
        {
          ...parent,
          dependsOn: [...region.clusterRights],
          // The autoscaler changes the number of system nodes.
          ignoreChanges: ["agentPoolProfiles[0].count"],
          hooks: args.updateHooks,
        },
      );
    }

    function validatorProfile({ name: poolName, zones, machines }: ValidatorPool) {
      return {
        ...ofEveryPool(zones),
        name: poolName,
        mode: "User",
        vmSize: args.validatorVmSize,
        count: machines,
        nodeLabels: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
        nodeTaints: [`${VALIDATOR_POOL.key}=${VALIDATOR_POOL.value}:NoSchedule`],
        vnetSubnetID: region.validatorsSubnetId,
      };
    }

    function ofEveryPool(zones: readonly string[]) {
      return {
        osType: "Linux",
        type: "VirtualMachineScaleSets",
        // AKS upgrades a pool only if the request asks for a version of the pool, and then one node after another.
        orchestratorVersion: args.kubernetesVersion,
        ...(zones.length === 0 ? {} : { availabilityZones: [...zones] }),
      };
    }
  }
}

/**
 * The kubeconfig of a region's cluster with the API server that AKS names and a user of our own: the user in AKS's
 * kubeconfig signs in by device code, which waits forever for a person. `az login` is the way of a person; CI sets
 * `AAD_LOGIN_METHOD`, which takes precedence over `--login` (UpdateFromEnv in https://github.com/Azure/kubelogin,
 * pkg/internal/token/options.go).
 *
 * @param options of the call to Azure, such as its provider.
 * @throws Error if Azure does not answer. `isAksNotFound` recognizes the error if there is no cluster.
 */
export async function aksKubeconfig(
  network: string,
  region: string,
  options: pulumi.InvokeOptions,
): Promise<string> {
  const clusterName = fullName(network, region);
  const { kubeconfigs } = await containerservice.listManagedClusterUserCredentials(
    { resourceGroupName: clusterName, resourceName: clusterName, format: "exec" },
    options,
  );
  const kubeconfig = Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString("utf8");
  return execKubeconfig({
    name: clusterName,
    ...apiServerOf(kubeconfig),
    command: "kubelogin",
    args: ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION],
  });
}

/**
 * Whether the cluster of a region exists. A cloud that does not say counts as yes: a living cluster must not be refused, and
 * the cloud itself refuses a new one.
 *
 * @param options with the provider of the region if the region has a subscription of its own.
 */
export function aksClusterExists(
  network: string,
  region: string,
  options: pulumi.InvokeOptions,
): Promise<boolean> {
  const clusterName = fullName(network, region);
  return containerservice
    .getManagedCluster({ resourceGroupName: clusterName, resourceName: clusterName }, options)
    .then(() => true)
    .catch((error: Error) => !isAksNotFound(error));
}

/**
 * The Secrets Store CSI driver with Azure's provider: https://learn.microsoft.com/azure/aks/csi-secrets-store-driver. A key
 * never changes, so nothing is read again. The add-on runs on tainted pools, too: https://github.com/Azure/AKS/issues/2492
 */
const KEY_VAULT_DRIVER = {
  azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "false" } },
};

/** The Microsoft Entra application of the API server of every AKS cluster: https://azure.github.io/kubelogin/concepts/aks.html */
const AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";
