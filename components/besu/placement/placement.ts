import { isDeepStrictEqual } from "node:util";
import { ChainfleetError } from "../../error";
import { isAtLeast, parseQuantity, type Quantity } from "../../quantity";

/** What the nodes of a region stand on, as far as its change would delete their cluster, their disks or their addresses. */
export interface Placement {
  readonly validators: number;
  /**
   * The keys of the region's config that are fixed once the region exists, with their values; null stands for a default that
   * has no name. A change would delete the region's cluster or its disks and make others.
   */
  readonly fixed: Readonly<Record<string, FixedValue>>;
  /** The address of the API server of an existing cluster, where the kubeconfig could be read. */
  readonly server?: string;
  /** The keys that may lead to another API server, with their values. */
  readonly access?: Readonly<Record<string, FixedValue>>;
  /** The P2P address of each validator that the config names. */
  readonly p2pAddresses?: readonly string[];
  /** Where the validators' keys are kept. @default {@link DEFAULT_KEY_STORE} */
  readonly keyStore?: string;
}

/** The store of keys of a region whose placement names none: Secrets of its cluster. */
export const DEFAULT_KEY_STORE = "kubernetes";

type FixedValue = string | boolean | null;

/** What the nodes of all regions stand on. */
export interface NetworkPlacement {
  /** Name of the network, with which the names of namespaces, clusters and resource groups begin. */
  readonly network: string;
  /** By the region's name. */
  readonly regions: Readonly<Record<string, Placement>>;
  /** The sizes of the data volumes, as Kubernetes quantities. */
  readonly storage: { readonly validator: string; readonly rpc: string };
}

/**
 * Why the nodes of a living network cannot stand on what the config says.
 *
 * @param readdressable how many validators may get another P2P address at once: while the others do not know the address yet,
 *   they cannot reach it.
 */
export function placementRefusals(
  existing: NetworkPlacement,
  configured: NetworkPlacement,
  readdressable: number,
): readonly ChainfleetError[] {
  if (existing.network !== configured.network) {
    return [renamed(existing.network, configured.network)];
  }
  const regions = Object.entries(configured.regions).flatMap(([name, placement]) => {
    const before = existing.regions[name];
    return before === undefined ? [] : [{ name, before, after: placement }];
  });
  return [
    ...regions.flatMap(fixedKeyRefusals),
    ...regions.flatMap(otherClusterRefusals),
    ...regions.flatMap(otherStoreRefusals),
    ...addressRefusals(regions, readdressable),
    ...shrinkRefusals(existing.storage, configured.storage),
  ];
}

interface RegionChange {
  readonly name: string;
  readonly before: Placement;
  readonly after: Placement;
}

function fixedKeyRefusals({ name, before, after }: RegionChange): ChainfleetError[] {
  return Object.entries(before.fixed).flatMap(([key, was]) => {
    const is = after.fixed[key];
    if (is === was) {
      return [];
    }
    if (key === "storageClass") {
      return [storageClassFixed(name, was, is ?? null)];
    }
    // A region on another cloud has other keys, and the refusal of the cloud says everything.
    return before.fixed.cloud !== after.fixed.cloud && key !== "cloud"
      ? []
      : [regionFixed(name, { key, was, is: is ?? null })];
  });
}

function otherClusterRefusals({ name, before, after }: RegionChange): ChainfleetError[] {
  // A cluster that answers at another address than before is the same cluster, as long as the config names the same file.
  const leadsElsewhere =
    before.server !== undefined &&
    after.server !== undefined &&
    before.server !== after.server &&
    !isDeepStrictEqual(before.access, after.access);
  return leadsElsewhere ? [otherCluster(name, before.server, after.server)] : [];
}

/** A region without validators has no keys. */
function otherStoreRefusals({ name, before, after }: RegionChange): ChainfleetError[] {
  const { keyStore: was = DEFAULT_KEY_STORE } = before;
  const { keyStore: is = DEFAULT_KEY_STORE } = after;
  return was === is || before.validators === 0 || before.fixed.cloud !== after.fixed.cloud
    ? []
    : [
        new ChainfleetError({
          code: "KEY_STORE_FIXED",
          summary: `keyStore of the region ${name} is ${is}, but the keys of its validators are in ${was}. Its validators would restart one after another with another copy of their keys, and the old copy could be gone before all of them have. No resource was changed.`,
          next: `Set keyStore back to ${was}, in the region or in besu.keyStore. For another store, add a region with a name of its own and with keyStore ${is}, and remove this one when its validators are no longer needed.`,
        }),
      ];
}

function addressRefusals(regions: readonly RegionChange[], readdressable: number): ChainfleetError[] {
  const changed = regions.flatMap(({ name, before, after }) =>
    (before.p2pAddresses ?? []).flatMap((address, index) => {
      const next = after.p2pAddresses?.[index];
      return index >= after.validators || next === address ? [] : [`${name}-validator-${index}`];
    }),
  );
  return changed.length > readdressable
    ? [
        new ChainfleetError({
          code: "TOO_MANY_ADDRESSES_CHANGE",
          summary: `p2pAddresses gives another address to ${changed.join(", ")}. Until they have read the new list of peers, validators with a new address cannot reach each other; at most ${readdressable} of them may be in that state for the chain to go on. No resource was changed.`,
          next:
            readdressable > 0
              ? `Change at most ${readdressable} ${readdressable === 1 ? "address" : "addresses"}, run up, restart the other validators, and change the next.`
              : "Bring back what the chain lacks first.",
        }),
      ]
    : [];
}

function shrinkRefusals(
  existing: NetworkPlacement["storage"],
  configured: NetworkPlacement["storage"],
): ChainfleetError[] {
  return (["validator", "rpc"] as const).flatMap((role) => {
    const [was, is] = [existing[role], configured[role]];
    return isAtLeast(bytes(is), bytes(was))
      ? []
      : [
          new ChainfleetError({
            code: "STORAGE_CANNOT_SHRINK",
            summary: `besu.${role}.storage is ${is}, but the existing volumes have ${was}. Kubernetes makes no volume smaller. No resource was changed.`,
            next: `Set besu.${role}.storage back to ${was} or to more.`,
          }),
        ];
  });
}

function bytes(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined) {
    throw new TypeError(`"${text}" is no quantity, and passed the checks of the config`);
  }
  return quantity;
}

function renamed(was: string, is: string): ChainfleetError {
  return new ChainfleetError({
    code: "NETWORK_NAME_FIXED",
    summary: `network.name is ${is}, but the existing network is ${was}. The name is part of the names of all clusters and namespaces: all of them would be deleted with the data in them. No resource was changed.`,
    next: `Set network.name back to ${was}, or create a new network in a stack of its own.`,
  });
}

function storageClassFixed(region: string, was: FixedValue, is: FixedValue): ChainfleetError {
  return new ChainfleetError({
    code: "STORAGE_CLASS_FIXED",
    summary: `storageClass of the region ${region} is ${classText(is)}, but its volumes have ${classText(was)}. A volume cannot change its class: all volumes of the region would be deleted with their data. No resource was changed.`,
    next: `${was === null ? "Remove storageClass" : `Set storageClass back to ${was}`}. For other disks, add a region with the other class.`,
  });
}

function regionFixed(
  region: string,
  { key, was, is }: { readonly key: string; readonly was: FixedValue; readonly is: FixedValue },
): ChainfleetError {
  return new ChainfleetError({
    code: "REGION_FIXED",
    summary: `${key} of the region ${region} is ${valueText(is)}, but the existing region has ${was === null ? "none" : was}. Its cluster would be deleted, and its nodes with their data. No resource was changed.`,
    next: `${was === null ? `Remove ${key}` : `Set ${key} back to ${was}`}. To move nodes, add a region with a name of its own, and remove this one when its validators are no longer needed.`,
  });
}

function otherCluster(region: string, was: string, is: string): ChainfleetError {
  return new ChainfleetError({
    code: "REGION_FIXED",
    summary: `kubeconfig or context of the region ${region} has changed and leads to ${is}, but the nodes of the region are in the cluster at ${was}. A run would look for them in another cluster. No resource was changed.`,
    next: `Set kubeconfig and context back. If the same cluster has a new address, write the address into the file that the region had before. To move nodes, add a region with a name of its own, and remove this one when its validators are no longer needed.`,
  });
}

function classText(value: FixedValue): string {
  return value === null ? "the default class of the cluster" : String(value);
}

function valueText(value: FixedValue): string {
  return value === null ? "not set" : String(value);
}
