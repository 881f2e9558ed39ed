import type { CustomTimeouts } from "@pulumi/pulumi";

/**
 * How long a plugin waits for an operation before the resource counts as failed, where the plugin's own default would
 * let one hung resource delay a run for longer than necessary. azure-native waits two hours for everything
 * (https://github.com/pulumi/pulumi-azure-native, `defaultCreateTimeout`); the AWS plugin has a default for each type, on
 * the type's page in https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources.
 *
 * A cloud goes on after a timeout. The next run takes over what was finished by then.
 */
const TIMEOUTS: Readonly<Record<string, CustomTimeouts>> = {
  // A PUT that answers at once; the deletion waits for everything in the group, the cluster's nodes for example.
  "azure-native:resources:ResourceGroup": { create: "5m", delete: "60m" },
  // Seconds, all of them. azurerm waits 30 minutes:
  // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/virtual_network#timeouts
  "azure-native:network:VirtualNetwork": { create: "10m", update: "10m", delete: "30m" },
  "azure-native:network:Subnet": { create: "10m", update: "10m", delete: "30m" },
  "azure-native:network:NetworkSecurityGroup": { create: "10m", update: "10m", delete: "30m" },
  "azure-native:network:PublicIPAddress": { create: "5m", update: "5m", delete: "30m" },
  "azure-native:managedidentity:UserAssignedIdentity": { create: "5m", update: "5m", delete: "5m" },
  "azure-native:managedidentity:FederatedIdentityCredential": { create: "5m", update: "5m", delete: "5m" },
  // Some minutes at most, until the name of a new vault is known. azurerm waits 30 minutes:
  // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/key_vault#timeouts
  "azure-native:keyvault:Vault": { create: "15m", update: "15m", delete: "30m" },
  "azure-native:keyvault:Secret": { create: "5m", update: "5m", delete: "5m" },
  // A principal that was created just before may be unknown for some minutes:
  // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---assigning-a-role-to-a-new-principal-sometimes-fails
  "azure-native:authorization:RoleAssignment": { create: "10m", delete: "10m" },
  // 8 to 15 minutes as a rule, sometimes 30. An update that replaces every node keeps the plugin's two hours.
  "azure-native:containerservice:ManagedCluster": { create: "40m", delete: "40m" },
  // About 10 minutes (https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html). The plugin's default for the
  // deletion, 15 minutes, is too short for a cluster whose network interfaces are released late.
  "aws:eks/cluster:Cluster": { create: "30m", delete: "30m" },
  // 2 to 5 minutes. The plugin's default is an hour. An update replaces every node and keeps that hour.
  "aws:eks/nodeGroup:NodeGroup": { create: "30m", delete: "30m" },
};

/** The timeouts of a type; undefined if the plugin's defaults are right. */
export function timeoutsOf(type: string): CustomTimeouts | undefined {
  return TIMEOUTS[type];
}
