import { fraction } from "../resources/random";

/** Shortest and longest duration, in seconds. */
type Range = readonly [shortest: number, longest: number];
type Durations = { readonly create: Range; readonly update: Range; readonly delete: Range };

const instant: Durations = { create: [1, 2], update: [1, 2], delete: [1, 2] };

/**
 * How long operations take in the real clouds, in seconds as the Pulumi engine measures them (including the
 * official plugin's polling). Where no figure is published, the range comes from creation timings in public issue
 * trackers and in the providers' acceptance test logs.
 */
const table: Readonly<Record<string, Durations>> = {
  // Resource Manager answers at once; even an empty group takes some seconds to delete.
  "azure-native:resources:ResourceGroup": { create: [1.5, 2.5], update: [1, 2], delete: [14, 20] },
  // "azurerm_virtual_network: Creation complete after 5s", e.g. https://github.com/hashicorp/terraform-provider-azurerm/issues/3780
  "azure-native:network:VirtualNetwork": { create: [5, 8], update: [4, 6], delete: [10, 12] },
  "azure-native:network:Subnet": { create: [4, 6], update: [4, 6], delete: [10, 12] },
  "azure-native:network:NetworkSecurityGroup": { create: [3, 6], update: [3, 6], delete: [10, 12] },
  "azure-native:network:PublicIPAddress": { create: [4, 6], update: [3, 5], delete: [10, 12] },
  "azure-native:managedidentity:UserAssignedIdentity": { create: [2, 4], update: [1, 3], delete: [2, 4] },
  "azure-native:managedidentity:FederatedIdentityCredential": {
    create: [1, 3],
    update: [1, 3],
    delete: [1, 3],
  },
  // A creation of 66 s: https://github.com/alan-turing-institute/data-safe-haven/issues/2523. Updates and deletions are assumptions.
  "azure-native:keyvault:Vault": { create: [20, 150], update: [5, 20], delete: [10, 30] },
  "azure-native:keyvault:Secret": { create: [1, 3], update: [1, 3], delete: [1, 3] },
  // The new assignment's replication between directory and ARM: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
  "azure-native:authorization:RoleAssignment": { create: [4, 26], update: [4, 8], delete: [3, 10] },
  // AKS: 8 to 15 minutes (https://github.com/Azure/AKS/issues/ , "cluster create time"); deletion 4 to 8.
  "azure-native:containerservice:ManagedCluster": {
    create: [480, 900],
    update: [120, 300],
    delete: [240, 480],
  },
  // Creating a node pool takes 4 to 9 minutes; scaling takes as long as a virtual machine needs to join.
  "azure-native:containerservice:AgentPool": { create: [240, 540], update: [90, 240], delete: [120, 300] },

  "aws:ec2/vpc:Vpc": { create: [2, 13], update: [1, 3], delete: [1, 2] },
  "aws:ec2/subnet:Subnet": { create: [1, 11], update: [1, 2], delete: [1, 2] },
  "aws:ec2/internetGateway:InternetGateway": { create: [1, 2], update: [1, 2], delete: [1, 20] },
  // Pending for one to two minutes: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
  "aws:ec2/natGateway:NatGateway": { create: [80, 110], update: [1, 3], delete: [40, 60] },
  "aws:ec2/eip:Eip": instant,
  "aws:ec2/launchTemplate:LaunchTemplate": instant,
  "aws:ec2/routeTable:RouteTable": instant,
  "aws:ec2/defaultRouteTable:DefaultRouteTable": { create: [1, 2], update: [1, 2], delete: [0, 0] },
  "aws:ec2/route:Route": instant,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": instant,
  "aws:ec2/securityGroup:SecurityGroup": { create: [2, 4], update: [1, 3], delete: [1, 2] },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": instant,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": instant,
  "aws:iam/role:Role": instant,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    create: [0.5, 1],
    update: [0.5, 1],
    delete: [0.5, 1],
  },
  "aws:iam/rolePolicy:RolePolicy": { create: [0.5, 1], update: [0.5, 1], delete: [0.5, 1] },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": instant,
  "aws:eks/accessEntry:AccessEntry": instant,
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": instant,
  // "around 10 minutes", lately 8 to 11: https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html
  "aws:eks/cluster:Cluster": { create: [480, 660], update: [60, 300], delete: [120, 240] },
  "aws:eks/nodeGroup:NodeGroup": { create: [120, 240], update: [60, 180], delete: [180, 420] },
  "aws:eks/addon:Addon": { create: [15, 50], update: [15, 50], delete: [5, 15] },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": instant,
  "aws:secretsmanager/secret:Secret": instant,
  "aws:secretsmanager/secretVersion:SecretVersion": instant,
};

/** Simulated seconds of one operation; deterministic for a given seed, resource and operation. */
export function duration(
  type: string,
  operation: "create" | "update" | "delete",
  seed: number,
  key: string,
): number {
  const [shortest, longest] = (table[type] ?? instant)[operation];
  return shortest + (longest - shortest) * fraction(seed, operation, key);
}

/** The type tokens in the table. */
export const timedTypes: readonly string[] = Object.keys(table);
