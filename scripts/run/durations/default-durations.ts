/** Seconds of an operation on a type of resource, used until a run has shown how long the operation takes. */
interface DefaultDurations {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

const QUICK: DefaultDurations = { create: 2, update: 2, delete: 2 };
/** The engine's own resources, such as providers. */
const INSTANT: DefaultDurations = { create: 0, update: 0, delete: 0 };

/**
 * The types whose operations take long on the real clouds. The figures are the upper quarter of the ranges that public
 * issue trackers, test logs and the clouds' pages name; no cloud promises any of them. docs/runs.md shows the table.
 */
export const DEFAULT_DURATIONS: Readonly<Record<string, DefaultDurations>> = {
  "azure-native:resources:ResourceGroup": { create: 2, update: 2, delete: 20 },
  // "Creation complete after 5s": https://github.com/hashicorp/terraform-provider-azurerm/issues/3780
  "azure-native:network:VirtualNetwork": { create: 7, update: 6, delete: 12 },
  "azure-native:network:Subnet": { create: 6, update: 6, delete: 12 },
  "azure-native:network:NetworkSecurityGroup": { create: 5, update: 5, delete: 12 },
  "azure-native:network:PublicIPAddress": { create: 6, update: 5, delete: 12 },
  // The replication of the assignment: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
  "azure-native:authorization:RoleAssignment": { create: 20, update: 7, delete: 8 },
  // 8 to 15 minutes, seldom 30: https://github.com/Azure/AKS/issues
  "azure-native:containerservice:ManagedCluster": { create: 800, update: 255, delete: 420 },
  "azure-native:containerservice:AgentPool": { create: 465, update: 200, delete: 255 },
  "aws:ec2/vpc:Vpc": { create: 10, update: 3, delete: 2 },
  "aws:ec2/subnet:Subnet": { create: 9, update: 2, delete: 2 },
  // One to two minutes: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
  "aws:ec2/natGateway:NatGateway": { create: 103, update: 3, delete: 55 },
  // "around 10 minutes": https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html
  "aws:eks/cluster:Cluster": { create: 615, update: 240, delete: 210 },
  "aws:eks/nodeGroup:NodeGroup": { create: 210, update: 150, delete: 360 },
  "aws:eks/addon:Addon": { create: 41, update: 41, delete: 13 },
  // The disk is made and attached, the image is pulled, and Besu starts; an update stops the pod first.
  "kubernetes:apps/v1:StatefulSet": { create: 90, update: 120, delete: 30 },
  // The cloud makes or deletes a load balancer.
  "kubernetes:core/v1:Service": { create: 45, update: 5, delete: 45 },
  "kubernetes:core/v1:Namespace": { create: 2, update: 2, delete: 60 },
  // Two blocks of 12 seconds, and the wait for the next one.
  "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment": { create: 30, update: 5, delete: 1 },
  "pulumi-nodejs:dynamic/chainfleet:ContractCall": { create: 30, update: 30, delete: 1 },
  "pulumi-nodejs:dynamic/chainfleet:ForgeVerification": { create: 60, update: 60, delete: 1 },
  "pulumi-nodejs:dynamic/chainfleet:TemporaryInstance": { create: 90, update: 2, delete: 60 },
  "pulumi-nodejs:dynamic/chainfleet:MachineImage": { create: 240, update: 2, delete: 5 },
  // Instances are replaced in turns, each with its warm-up of five minutes (AWS's default).
  "pulumi-nodejs:dynamic/chainfleet:InstanceRefresh": { create: 1200, update: 1200, delete: 2 },
};

/** What an operation takes before any run has shown it, in seconds. */
export function defaultSeconds(type: string, op: string): number {
  const durations = DEFAULT_DURATIONS[type] ?? (type.startsWith("pulumi:") ? INSTANT : QUICK);
  if (op === "delete" || op === "delete-replaced") {
    return durations.delete;
  }
  return op === "update" ? durations.update : durations.create;
}
