import type { PropertyMap } from "../../plugin/values";
import { CloudError } from "../engine/resources/errors";
import type { Draft, View } from "../engine/resources/kind";
import { numberAt, stringAt } from "../engine/resources/properties";
import { keyOf } from "./arm";

/**
 * The quotas of a subscription in each location that the simulation enforces, by the names of Azure's usage API, with the
 * defaults of a pay-as-you-go subscription. The simulated subscription has other values if the cloud is started with
 * `--quota NAME=VALUE`. https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
 */
const defaults = { cores: 20, IPv4StandardSkuPublicIpAddresses: 20 } as const;

function quotaOf(name: keyof typeof defaults, view: View): number {
  return view.quotas[name] ?? defaults[name];
}

/** Refuses one more public address than the subscription may have in a location. */
export function* addressFindings({ key, id, location, view }: Draft): Generator<CloudError> {
  const others = view
    .list("azure-native:network:PublicIPAddress")
    .filter((other) => other.key !== key && isBeside(other, { id, location }));
  const limit = quotaOf("IPv4StandardSkuPublicIpAddresses", view);
  if (others.length >= limit) {
    yield new CloudError(
      400,
      "PublicIPCountLimitReached",
      `Cannot create more than ${limit} public IP addresses for this subscription in this region.`,
    );
  }
}

/**
 * Refuses node pools with more vCPUs than the subscription may use in a location.
 *
 * @param pools the pools of the cluster as they should be.
 */
export function* coreFindings(
  { key, id, location, view }: Draft,
  pools: readonly PropertyMap[],
): Generator<CloudError> {
  const used = view
    .list("azure-native:containerservice:AgentPool")
    .filter((pool) => isBeside(pool, { id, location }) && !pool.key.startsWith(`${key}/`))
    .reduce((sum, { inputs }) => sum + coresOf(inputs), 0);
  const requested = pools.reduce((sum, pool) => sum + coresOf(pool), 0);
  const left = quotaOf("cores", view) - used;
  if (requested > left) {
    yield new CloudError(
      400,
      "ErrCode_InsufficientVCPUQuota",
      `Insufficient regional vcpu quota left for location ${location}. left regional vcpu quota ${left}, requested ` +
        `quota ${requested}. If you want to increase the quota, please follow this instruction: ` +
        "https://learn.microsoft.com/en-us/azure/quotas/view-quotas.",
    );
  }
}

/** True if two resources share the quotas of a subscription in a location. */
function isBeside(
  other: { readonly id: string; readonly location: string },
  { id, location }: { readonly id: string; readonly location: string },
): boolean {
  const subscriptionOf = (armId: string) => keyOf(armId.split("/")[2] ?? "");
  return other.location === location && subscriptionOf(other.id) === subscriptionOf(id);
}

/** The vCPUs are the first number in the name of a size: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */
function coresOf(pool: PropertyMap): number {
  const [, cores = "0"] = /^[A-Za-z]+_[A-Z]+(\d+)/.exec(stringAt(pool, "vmSize") ?? "") ?? [];
  return Number(cores) * (numberAt(pool, "count") ?? 1);
}
