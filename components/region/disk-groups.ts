import * as resources from "@pulumi/azure-native/resources";
import { ChainfleetError } from "../error";
import { diskGroupName } from "./azure";

/**
 * The ids of the disk groups that exist, by region. A group exists while its region is deployed, and after the region
 * was deleted with its disks retained.
 *
 * @param network name of the network. @example "chain138"
 * @param regions names of Azure regions. All are looked up at the same time.
 * @throws ChainfleetError DISK_GROUP_UNREADABLE if Azure does not say whether a group exists.
 */
export async function existingDiskGroups(
  network: string,
  regions: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    regions.map(async (region) => [region, await idOf(diskGroupName(network, region), region)] as const),
  );
  return new Map(found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

async function idOf(resourceGroupName: string, region: string): Promise<string | undefined> {
  try {
    return (await resources.getResourceGroup({ resourceGroupName })).id;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("ResourceGroupNotFound")) {
      return undefined;
    }
    throw new ChainfleetError({
      code: "DISK_GROUP_UNREADABLE",
      summary: `Azure does not say whether the resource group ${resourceGroupName} for the disks of the region ${region} exists: ${message}`,
      next: "Check the credentials and the subscription (azure-native:subscriptionId), then run again.",
      cause: error,
    });
  }
}
