import { stringify } from "yaml";
import type { PropertyMap } from "../../plugin/values";
import type { Invoke } from "../engine/cloud/dialect";
import { CloudError } from "../engine/resources/errors";
import type { KubernetesEndpoint, Scope, View } from "../engine/resources/kind";
import { objectAt, stringAt } from "../engine/resources/properties";
import type { Resource } from "../engine/resources/store";
import { poolsOf } from "./aks/agentpool";
import { armId, groupId, keyOf, text } from "./arm";
import { tokenFor } from "./keyvault/data-plane";

/** The id of AKS's Microsoft Entra server application: https://azure.github.io/kubelogin/concepts/aks.html */
export const aksServerApplication = "6dae42f8-4368-4678-94ff-3960e28e3630";

const listUserCredentials: Invoke = {
  operation: "POST Microsoft.ContainerService/managedClusters/listClusterUserCredential",
  answer: (args, scope, view) => {
    const cluster = findCluster(args, scope, view);
    if (view.state(cluster) === "Creating" || view.state(cluster) === "Deleting") {
      throw new CloudError(
        409,
        "OperationNotAllowed",
        `Cluster ${cluster.name} is ${view.state(cluster).toLowerCase()}; it has no credentials now.`,
      );
    }
    const kubeconfig = kubeconfigOf(
      cluster,
      stringAt(args, "format") ?? "azure",
      scope.tenant,
      view.kubernetes,
    );
    return {
      kubeconfigs: [{ name: "clusterUser", value: Buffer.from(kubeconfig).toString("base64") }],
    };
  },
};

const getClientConfig: Invoke = {
  operation: "GET client configuration",
  answer: (_, scope) => ({
    clientId: scope.client,
    objectId: scope.principal,
    subscriptionId: scope.account,
    tenantId: scope.tenant,
  }),
};

const getResourceGroup: Invoke = {
  operation: "GET Microsoft.Resources/resourceGroups",
  answer: (args, scope, view) => {
    const name = text(args, "resourceGroupName");
    const group = view.find(keyOf(groupId(scope, name)));
    if (group === undefined) {
      throw new CloudError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
    }
    return {
      id: group.id,
      name: group.name,
      type: "Microsoft.Resources/resourceGroups",
      location: group.location,
      tags: group.inputs.tags ?? {},
      properties: { provisioningState: view.state(group) },
    };
  },
};

const getClientToken: Invoke = {
  operation: "POST token",
  // https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/provider.go
  answer: (args, scope) => ({
    token: tokenFor(scope, stringAt(args, "endpoint") ?? "https://management.azure.com"),
  }),
};

const getVault: Invoke = {
  operation: "GET Microsoft.KeyVault/vaults",
  answer: (args, scope, view) => {
    const name = text(args, "vaultName");
    const id = armId(scope, args, "Microsoft.KeyVault/vaults", name);
    const found = view.find(keyOf(id));
    if (found === undefined) {
      throw new CloudError(
        404,
        "ResourceNotFound",
        `The Resource 'Microsoft.KeyVault/vaults/${name}' under resource group '${text(args, "resourceGroupName")}' was ` +
          "not found.",
      );
    }
    return {
      id: found.id,
      name: found.name,
      location: found.location,
      properties: {
        ...objectAt(found.inputs, "properties"),
        vaultUri: `${view.controlUrl}/vaults/${found.name}/`,
      },
    };
  },
};

const getManagedCluster: Invoke = {
  operation: "GET Microsoft.ContainerService/managedClusters",
  answer: (args, scope, view) => {
    const cluster = findCluster(args, scope, view);
    return {
      id: cluster.id,
      name: cluster.name,
      location: cluster.location,
      provisioningState: view.state(cluster),
      agentPoolProfiles: poolsOf(cluster.key, view).map((pool) => ({
        name: pool.name,
        vmSize: pool.inputs.vmSize ?? null,
      })),
    };
  },
};

export const invokes: ReadonlyMap<string, Invoke> = new Map([
  ["azure-native:containerservice:getManagedCluster", getManagedCluster],
  ["azure-native:keyvault:getVault", getVault],
  ["azure-native:authorization:getClientToken", getClientToken],
  ["azure-native:resources:getResourceGroup", getResourceGroup],
  ["azure-native:containerservice:listManagedClusterUserCredentials", listUserCredentials],
  ["azure-native:authorization:getClientConfig", getClientConfig],
]);

/**
 * A kubeconfig as AKS writes it: YAML, with certificate authority, and an exec plugin that signs in by device code.
 * @param format `exec`: the user authenticates with an exec plugin; otherwise with the older auth provider
 */
function kubeconfigOf(
  cluster: Resource,
  format: string,
  tenant: string,
  kubernetes: KubernetesEndpoint,
): string {
  const user = `clusterUser_${text(cluster.inputs, "resourceGroupName")}_${cluster.name}`;
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "kubelogin",
    args: [
      "get-token",
      "--login",
      "devicecode",
      "--server-id",
      aksServerApplication,
      "--client-id",
      "80faf920-1908-4b52-b5ef-a8e7bedfc67a",
      "--tenant-id",
      tenant,
      "--environment",
      "AzurePublicCloud",
    ],
    env: null,
    provideClusterInfo: false,
  };
  const provider = {
    name: "azure",
    config: { "apiserver-id": aksServerApplication, environment: "AzurePublicCloud", "tenant-id": tenant },
  };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      preferences: {},
      clusters: [
        {
          name: cluster.name,
          cluster: { server: kubernetes.server, "certificate-authority-data": kubernetes.authority() },
        },
      ],
      users: [{ name: user, user: format === "exec" ? { exec } : { "auth-provider": provider } }],
      contexts: [{ name: cluster.name, context: { cluster: cluster.name, user } }],
      "current-context": cluster.name,
    },
    { lineWidth: 0 },
  );
}

/** Throws the error of ARM if the cluster does not exist. */
function findCluster(args: PropertyMap, scope: Scope, view: View): Resource {
  const id = armId(scope, args, "Microsoft.ContainerService/managedClusters", text(args, "resourceName"));
  const cluster = view.find(keyOf(id));
  if (cluster === undefined) {
    throw new CloudError(
      404,
      "ResourceNotFound",
      `The Resource 'Microsoft.ContainerService/managedClusters/${text(args, "resourceName")}' under resource ` +
        `group '${text(args, "resourceGroupName")}' was not found.`,
    );
  }
  return cluster;
}
