import type { Cloud } from "../cloud/engine/cloud/cloud";
import type { PropertyMap } from "../plugin/values";
import { type Created, Driver, openCloud } from "./cloud-session";

export const types = {
  group: "azure-native:resources:ResourceGroup",
  network: "azure-native:network:VirtualNetwork",
  subnet: "azure-native:network:Subnet",
  securityGroup: "azure-native:network:NetworkSecurityGroup",
  address: "azure-native:network:PublicIPAddress",
  identity: "azure-native:managedidentity:UserAssignedIdentity",
  credential: "azure-native:managedidentity:FederatedIdentityCredential",
  role: "azure-native:authorization:RoleAssignment",
  cluster: "azure-native:containerservice:ManagedCluster",
  pool: "azure-native:containerservice:AgentPool",
  vault: "azure-native:keyvault:Vault",
  secret: "azure-native:keyvault:Secret",
} as const;

export const inGroup = { resourceGroupName: "rg", location: "westeurope" };

/** A subscription `sub` with a resource group `rg`, and methods that create resources in this group. */
export class AzureFixture {
  private constructor(
    readonly cloud: Cloud,
    readonly azure: Driver,
  ) {}

  static async open(timeScale = 0): Promise<AzureFixture> {
    const cloud = openCloud(undefined, timeScale);
    const azure = await Driver.azure(cloud, { subscriptionId: "sub" });
    await azure.create(types.group, "rg", inGroup);
    return new AzureFixture(cloud, azure);
  }

  vnet(prefixes: string[] = ["10.0.0.0/16"]): Promise<Created> {
    return this.azure.create(types.network, "vnet", {
      ...inGroup,
      virtualNetworkName: "vnet",
      addressSpace: { addressPrefixes: prefixes },
    });
  }

  subnet(addressPrefix: string, name = "nodes", overrides: PropertyMap = {}): Promise<Created> {
    return this.azure.create(types.subnet, name, {
      resourceGroupName: "rg",
      virtualNetworkName: "vnet",
      subnetName: name,
      addressPrefix,
      ...overrides,
    });
  }

  aks(overrides: PropertyMap = {}, profile: PropertyMap = {}): Promise<Created> {
    return this.azure.create(types.cluster, "aks", {
      ...inGroup,
      resourceName: "aks",
      dnsPrefix: "aks",
      identity: { type: "SystemAssigned" },
      agentPoolProfiles: [
        { name: "system", mode: "System", count: 1, vmSize: "Standard_D4s_v5", ...profile },
      ],
      ...overrides,
    });
  }
}
