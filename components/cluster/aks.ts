import * as containerservice from "@pulumi/azure-native/containerservice";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { azureTags, fullName } from "../naming";
import type { AzureRegion } from "../region/azure";
import { findLocation } from "../region/locations";
import type { Cluster, ValidatorNodes } from ".";
import { apiServerOf, execKubeconfig } from "./kubeconfig";
import {
  createProvider,
  createStorageClass,
  type ManagedClusterArgs,
  nodesOfValidatorPool,
  VALIDATOR_POOL,
} from "./managed-cluster";

/** The arguments of an AKS cluster. */
export interface AksClusterArgs extends ManagedClusterArgs {
  readonly region: AzureRegion;
  /** Azure location. @example "eastus" */
  readonly location: string;
  /** VM size of the system pool. @example "Standard_D4s_v5" */
  readonly systemVmSize: string;
  /** VM size of the validator pool. @example "Standard_D8s_v5" */
  readonly validatorVmSize: string;
}

/**
 * A cluster on AKS.
 *
 * ```
 * managed cluster (system pool) ─┬─ validator pool
 *                                └─ credentials ── provider ── storage class
 * ```
 */
export class AksCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly provider: kubernetes.Provider;
  readonly storageClassName: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly zoneSpread = "DoNotSchedule";
  readonly validatorNodes: ValidatorNodes;

  constructor(name: string, args: AksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:AksCluster", `${name}-cluster`, {}, opts);
    const parent = { parent: this };
    const { region, location } = args;
    const clusterName = fullName(args.network, name);
    const tags = azureTags(args.network, name);
    const zones = findLocation("azure", location)?.zones ? { availabilityZones: ["1", "2", "3"] } : {};

    const cluster = createCluster();
    // Azure changes one pool of a cluster at a time, so a further pool would have to depend on this one.
    const pool = createValidatorPool();
    const provider = createProvider(name, { cluster, clusterName, fetchKubeconfig }, parent);
    const storageClass = createStorageClass(
      name,
      args,
      { provisioner: "disk.csi.azure.com", parameters: { skuName: "Premium_LRS" } },
      { ...parent, provider, dependsOn: [cluster] },
    );

    this.clusterName = cluster.name;
    this.provider = provider;
    this.storageClassName = storageClass.metadata.name;
    this.ready = [cluster];
    this.validatorNodes = nodesOfValidatorPool(pool);
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
          agentPoolProfiles: [
            {
              name: "system",
              mode: "System",
              osType: "Linux",
              type: "VirtualMachineScaleSets",
              vmSize: args.systemVmSize,
              enableAutoScaling: true,
              count: 2,
              minCount: 2,
              maxCount: 6,
              vnetSubnetID: region.systemSubnetId,
              ...zones,
            },
          ],
        },
        // The autoscaler changes the number of system nodes.
        { ...parent, dependsOn: [region.clusterRights], ignoreChanges: ["agentPoolProfiles[0].count"] },
      );
    }

    function createValidatorPool() {
      return new containerservice.AgentPool(
        `${name}-validator-pool`,
        {
          resourceGroupName: region.resourceGroupName,
          resourceName: clusterName,
          agentPoolName: "validators",
          mode: "User",
          osType: "Linux",
          type: "VirtualMachineScaleSets",
          vmSize: args.validatorVmSize,
          count: args.validators,
          nodeLabels: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
          nodeTaints: [`${VALIDATOR_POOL.key}=${VALIDATOR_POOL.value}:NoSchedule`],
          vnetSubnetID: region.validatorsSubnetId,
          ...zones,
        },
        { ...parent, dependsOn: [cluster] },
      );
    }

    /**
     * The kubeconfig with the API server that AKS names and a user of our own: the user in AKS's kubeconfig signs in
     * by device code, which waits forever for a person. `az login` is the way of a person; CI sets `AAD_LOGIN_METHOD`,
     * which takes precedence over `--login` (UpdateFromEnv in https://github.com/Azure/kubelogin,
     * pkg/internal/token/options.go).
     */
    async function fetchKubeconfig(): Promise<string> {
      const { kubeconfigs } = await containerservice.listManagedClusterUserCredentials(
        { resourceGroupName: clusterName, resourceName: clusterName, format: "exec" },
        parent,
      );
      const kubeconfig = Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString("utf8");
      return execKubeconfig({
        name: clusterName,
        ...apiServerOf(kubeconfig),
        command: "kubelogin",
        args: ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION],
      });
    }
  }
}

/** The Microsoft Entra application of the API server of every AKS cluster: https://azure.github.io/kubelogin/concepts/aks.html */
const AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";
