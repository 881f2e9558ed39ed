import * as resources from "@pulumi/azure-native/resources";
import type { InvokeOptions } from "@pulumi/pulumi";
import { ChainfleetError } from "../error";
import { diskGroupName } from "./azure";

/**
 * The id of a region's disk group; undefined if the group does not exist. The group exists while the region is deployed,
 * and after the region was deleted with its disks retained.
 *
 * @param network name of the network. @example "chain138"
 * @param region name of the Azure region. @example "eastus"
 * @param options with the provider of the region if the region has a subscription of its own.
 * @throws ChainfleetError DISK_GROUP_UNREADABLE if Azure does not say whether the group exists.
 */
export async function findDiskGroup(
  network: string,
  region: string,
  options: InvokeOptions,
): Promise<string | undefined> {
  const resourceGroupName = diskGroupName(network, region);
  try {
    return (await resources.getResourceGroup({ resourceGroupName }, options)).id;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("ResourceGroupNotFound")) {
      return undefined;
    }
    throw new ChainfleetError({
      code: "DISK_GROUP_UNREADABLE",
      summary: `Azure does not say whether the resource group ${resourceGroupName} for the disks of the region ${region} exists: ${message}`,
      next: "Check the credentials and the subscription (azure-native:subscriptionId, or the region's subscription), then run again.",
      cause: error,
    });
  }
}
