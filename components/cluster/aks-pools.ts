import * as containerservice from "@pulumi/azure-native/containerservice";
import type { InvokeOptions } from "@pulumi/pulumi";
import { ChainfleetError } from "../error";
import { fullName } from "../naming";
import { azureZones } from "../region/locations";
import { validatorsInZones } from "../region/validator-zones";

/** The pool of the nodes on which everything but the validators runs. */
export const SYSTEM_POOL = "system";

/** The only pool for validators, where the pools are not divided by zones. */
const UNDIVIDED_POOL = "validators";

/** A pool of nodes for validators. */
export interface ValidatorPool {
  /** At most 12 lower case letters and digits: https://learn.microsoft.com/azure/aks/create-node-pools#limitations */
  readonly name: string;
  /** The numbers of the zones in which the pool has its machines. Empty in a location without zones. */
  readonly zones: readonly string[];
  readonly machines: number;
}

/**
 * The pools for the validators of a cluster, by name, the order in which AKS lists them.
 *
 * A zone has a pool of its own, because a disk is in one zone, and AKS chooses the zone of a machine in a pool of several
 * zones: the machine that goes when the pool becomes smaller, and the one that is added during an upgrade
 * (https://learn.microsoft.com/azure/aks/upgrade-cluster). The pool of a zone without validators has no machine, which AKS
 * allows for pools that are not the system pool: https://learn.microsoft.com/azure/aks/manage-node-pools#limitations
 *
 * @param zones those of {@link zonesOfValidators}.
 * @param machines the number of machines in all pools.
 */
export function validatorPools(
  location: string,
  zones: readonly string[],
  machines: number,
): readonly ValidatorPool[] {
  if (zones.length === 0) {
    return [{ name: UNDIVIDED_POOL, zones: azureZones(location), machines }];
  }
  const counts = validatorsInZones(machines, zones);
  return zones.map((zone, index) => ({
    name: `${UNDIVIDED_POOL}${zone}`,
    zones: [zone],
    machines: counts[index] ?? 0,
  }));
}

/** A pool of a cluster that exists. */
export interface ExistingPool {
  readonly name: string;
  readonly vmSize?: string | undefined;
}

/**
 * The pools of a region's cluster. Empty if the cluster does not exist.
 *
 * @param options with the provider of the region if the region has a subscription of its own.
 * @throws ChainfleetError CLUSTER_UNREADABLE if Azure does not say.
 */
export async function fetchPools(
  network: string,
  region: string,
  options: InvokeOptions,
): Promise<readonly ExistingPool[]> {
  const clusterName = fullName(network, region);
  try {
    const { agentPoolProfiles = [] } = await containerservice.getManagedCluster(
      { resourceGroupName: clusterName, resourceName: clusterName },
      options,
    );
    return agentPoolProfiles;
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (isAksNotFound(error)) {
      return [];
    }
    throw new ChainfleetError({
      code: "CLUSTER_UNREADABLE",
      summary: `Azure does not say which node pools the cluster ${clusterName} of the region ${region} has, if it exists: ${error.message}`,
      next: "Check the credentials and the subscription (azure-native:subscriptionId, or the region's subscription), then run again.",
      cause,
    });
  }
}

/**
 * Whether Azure's answer says that there is no such cluster, see
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found
 */
export function isAksNotFound({ message }: Error): boolean {
  return /ResourceNotFound|ResourceGroupNotFound/.test(message);
}

/**
 * The numbers of the zones by which the validators of a region are divided. Empty in a location without zones, and in a cluster
 * that was created with one pool for all zones: AKS adds no pool to a cluster that exists in a request for the cluster
 * (https://github.com/Azure/AKS/issues/4383), and the disks of its validators are in zones that do not follow from their numbers.
 *
 * @param pools those of the existing cluster.
 */
export function zonesOfValidators(location: string, pools: readonly ExistingPool[]): readonly string[] {
  return pools.some(({ name }) => name === UNDIVIDED_POOL) ? [] : azureZones(location);
}

/** The sizes of the pools that the config of a region gives. */
export interface PoolSizes {
  readonly systemVmSize: string;
  readonly validatorVmSize: string;
}

/**
 * Compares the pools of a region's existing cluster with the config. AKS refuses another size in the middle of a run, after
 * other clusters were changed: https://learn.microsoft.com/azure/aks/manage-node-pools#limitations
 *
 * @param pools those of the existing cluster.
 * @returns the problems. Each completes a sentence that begins with the region's config key.
 */
export function poolSizeProblems(
  pools: readonly ExistingPool[],
  { location, ...configured }: PoolSizes & { readonly location: string },
): readonly string[] {
  const names = validatorPools(location, zonesOfValidators(location, pools), 0).map(({ name }) => name);
  const problem = (key: keyof PoolSizes, own: readonly string[]) => {
    const others = pools.filter(
      ({ name, vmSize }) =>
        own.includes(name) && vmSize !== undefined && vmSize.toLowerCase() !== configured[key].toLowerCase(),
    );
    const sizes = [...new Set(others.map(({ vmSize }) => vmSize))].join(" and ");
    return others.length === 0
      ? []
      : [
          `has ${key} ${configured[key]}, but the machines of ${others.length === 1 ? "the pool" : "the pools"} ${others.map(({ name }) => `"${name}"`).join(", ")} in the existing cluster are ${sizes}, and AKS does not change the size of a pool. Set ${key} back to ${sizes}, or exchange the pool first, one machine after another (docs/runbook.md, "Larger machines")`,
        ];
  };
  return [...problem("systemVmSize", [SYSTEM_POOL]), ...problem("validatorVmSize", names)];
}
