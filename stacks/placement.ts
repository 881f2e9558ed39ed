import { parse } from "yaml";
import {
  DEFAULT_KEY_STORE,
  type NetworkPlacement,
  type Placement,
} from "../components/besu/placement/placement";
import { expandVariables } from "../components/environment";
import { filePath } from "../components/file-path";
import { addressSpace, formatCidr } from "../components/region/plan";
import { configFiles } from "./config/config-files";
import { keyStoreOf } from "./config/fields/key-store";
import { kubeconfigOfEnvironment } from "./config/kubeconfig-of-environment";
import { fieldsOf } from "./config/outline";
import type { Config, RegionConfig } from "./config/schema";

/** What the nodes of a network stand on, as the config says it. */
export function placementOf({ network, besu, regions }: Config): NetworkPlacement {
  return {
    network: network.name,
    regions: Object.fromEntries(
      regions.map((region) => [region.name, { ...placementOfRegion(region), ...storeOf(besu, region) }]),
    ),
    storage: { validator: besu.validator.storage, rpc: besu.rpc.storage },
  };
}

/** The default is left out, which states of earlier releases do not have either. */
function storeOf(besu: Config["besu"], region: RegionConfig): Pick<Placement, "keyStore"> {
  const keyStore = keyStoreOf(besu, region);
  return keyStore === DEFAULT_KEY_STORE ? {} : { keyStore };
}

function placementOfRegion(region: RegionConfig): Placement {
  const { validators } = region;
  switch (region.cloud) {
    case "azure":
      return {
        validators,
        fixed: {
          cloud: region.cloud,
          location: region.location,
          cidr: formatCidr(addressSpace(region)),
          // https://learn.microsoft.com/azure/aks/private-clusters: a public cluster cannot become a private one.
          privateApi: region.privateApi,
          // A region with a subscription of its own has another provider, with which the engine would make everything anew.
          subscription: region.subscription ?? null,
        },
      };
    case "aws":
      return {
        validators,
        fixed: {
          cloud: region.cloud,
          location: region.location,
          cidr: formatCidr(addressSpace(region)),
        },
      };
    case "kubernetes":
      return {
        validators,
        fixed: { cloud: region.cloud, storageClass: region.storageClass ?? null },
        ...accessOf(region),
        ...(region.p2pAddresses === undefined ? {} : { p2pAddresses: region.p2pAddresses }),
      };
  }
}

/** The kubeconfig of a region, and the API server that it leads to. `CHAINFLEET_KUBECONFIG` leads all regions to a cluster for trials. */
function accessOf({
  kubeconfig,
  context,
}: Extract<RegionConfig, { readonly cloud: "kubernetes" }>): Pick<Placement, "access" | "server"> {
  if (kubeconfigOfEnvironment() !== undefined) {
    return {};
  }
  return accessIn(configFiles.read(filePath(expandVariables(kubeconfig))), { kubeconfig, context });
}

/**
 * The API server that a kubeconfig leads to, and by which context. The current context counts as if the config named it, so
 * that `kubectl config use-context` does not move a region to another cluster unseen.
 */
export function accessIn(
  text: string,
  { kubeconfig, context }: { readonly kubeconfig: string; readonly context: string | undefined },
): Pick<Placement, "access" | "server"> {
  const file = fieldsOf(parse(text));
  const named = (list: unknown, name: unknown) =>
    (Array.isArray(list) ? list : []).map(fieldsOf).find((one) => one.name === name);
  const current = file["current-context"];
  const chosen = context ?? (typeof current === "string" ? current : undefined);
  const cluster = named(file.clusters, fieldsOf(named(file.contexts, chosen)?.context).cluster);
  const { server } = fieldsOf(cluster?.cluster);
  return {
    access: { kubeconfig, context: chosen ?? null },
    ...(typeof server === "string" ? { server } : {}),
  };
}
