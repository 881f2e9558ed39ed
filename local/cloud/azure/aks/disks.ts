import type { Cloud } from "../../engine/cloud/cloud";
import { CloudError } from "../../engine/resources/errors";
import { stringAt, stringsAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import { groupId, keyOf, text } from "../arm";

/** The request of a cluster's disk driver for a disk. */
export interface DiskRequest {
  /** Name of the AKS cluster. */
  readonly cluster: string;
  /** Name of the disk. */
  readonly name: string;
  /** Resource group of the disk. Default: the node resource group of the cluster. */
  readonly resourceGroup?: string | undefined;
}

/**
 * Creates a disk as disk.csi.azure.com does with the identity of the cluster, or returns the disk if it exists.
 *
 * A disk in the node resource group is deleted together with the cluster:
 * https://learn.microsoft.com/azure/aks/faq#why-are-two-resource-groups-created-with-aks. In any other group the identity of the
 * cluster needs a role: https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/install-driver-on-aks.md.
 *
 * @throws CloudError if the cluster or the resource group does not exist, or the identity has no role for disks there.
 */
export function createDisk(
  cloud: Cloud,
  { cluster: clusterName, name, resourceGroup }: DiskRequest,
): Resource {
  const cluster = cloud
    .list("azure-native:containerservice:ManagedCluster")
    .find((candidate) => candidate.name === clusterName);
  if (cluster === undefined) {
    throw new CloudError(404, "ResourceNotFound", `There is no AKS cluster '${clusterName}'.`);
  }
  const nodeGroup = text(cluster.computed, "nodeResourceGroup");
  const groupName = resourceGroup ?? nodeGroup;
  const group = groupId({ account: cluster.id.split("/")[2] ?? "" }, groupName);
  const isNodeGroup = keyOf(groupName) === keyOf(nodeGroup);
  if (!isNodeGroup) {
    refuseWithoutRights(cloud, cluster, group);
  }
  const id = `${group}/providers/Microsoft.Compute/disks/${name}`;
  const now = Date.now();
  const disk: Resource = {
    key: keyOf(id),
    id,
    cloud: "azure-native",
    type: "azure-native:compute:Disk",
    name,
    location: cluster.location,
    createdAt: new Date(now).toISOString(),
    inputs: {},
    computed: {},
    references: [],
    parent: isNodeGroup ? cluster.key : keyOf(group),
    operation: { kind: "create", since: now, until: now, locks: [] },
  };
  const existing = cloud.find(disk.key);
  if (existing === undefined) {
    cloud.put(disk);
  }
  return existing ?? disk;
}

function refuseWithoutRights(cloud: Cloud, cluster: Resource, group: string): void {
  const name = group.split("/").at(-1);
  if (cloud.find(keyOf(group)) === undefined) {
    throw new CloudError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
  }
  const principals = new Set([
    stringAt(cluster.computed, "principalId"),
    ...stringsAt(cluster.inputs, "identity.userAssignedIdentities").map((id) =>
      stringAt(cloud.find(keyOf(id))?.computed ?? {}, "principalId"),
    ),
  ]);
  const isAllowed = cloud
    .list("azure-native:authorization:RoleAssignment")
    .some(
      ({ inputs }) =>
        principals.has(stringAt(inputs, "principalId")) &&
        `${keyOf(group)}/`.startsWith(`${keyOf(text(inputs, "scope"))}/`) &&
        ROLES_WITH_DISKS.some((role) => keyOf(text(inputs, "roleDefinitionId")).endsWith(`/${role}`)),
    );
  if (!isAllowed) {
    const client = [...principals].find((principal) => principal !== undefined);
    throw new CloudError(
      403,
      "AuthorizationFailed",
      `The client '${client}' with object id '${client}' does not have authorization to perform action ` +
        `'Microsoft.Compute/disks/write' over scope '${group}' or the scope is invalid. If access was recently granted, ` +
        "please refresh your credentials.",
    );
  }
}

/** Owner and Contributor: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged */
const ROLES_WITH_DISKS = ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c"];
