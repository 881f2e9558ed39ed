import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import type { Hex } from "viem";
import { keysInCluster } from "../../components/besu/keys/keys-in-cluster";
import { keysInStores, type StoredKey } from "../../components/besu/keys/keys-in-stores";
import { type ClusterAccess, openCluster } from "../../components/cluster/client-config";
import type { RegionConfig } from "../../stacks/config/schema";

/** What the cluster of a region has of the network. */
export interface Holdings {
  /** The private keys by the name of the validator's Kubernetes objects; unchecked text. */
  readonly keys: ReadonlyMap<string, Hex>;
  /** The content of the genesis file. Undefined if the cluster has none. */
  readonly genesis: string | undefined;
  /** The public keys in the list of static nodes: 64 bytes in hex, without a prefix. */
  readonly nodeIds: readonly string[];
  /** The Besu image of each validator by the name of its Kubernetes objects. */
  readonly images: ReadonlyMap<string, string>;
}

/** What the cluster of a region has, and where the keys are that it does not have itself. */
export interface HoldingsAndReferences {
  readonly holdings: Holdings;
  /** By the name of the validator's Kubernetes objects. */
  readonly references: ReadonlyMap<string, StoredKey>;
}

/** A cluster that does not exist holds nothing. */
export const NOTHING: Holdings = { keys: new Map(), genesis: undefined, nodeIds: [], images: new Map() };

/**
 * Reads what the cluster of a region has of the network.
 *
 * Needs the verb `list` on Secrets, ConfigMaps and StatefulSets of the namespace, and in a cloud on SecretProviderClasses.
 *
 * @throws Error if the cluster does not answer, or refuses.
 */
export async function readHoldings(
  access: ClusterAccess,
  { namespace, cloud }: { readonly namespace: string; readonly cloud: RegionConfig["cloud"] },
): Promise<HoldingsAndReferences> {
  const config = await openCluster(access);
  const [keys, references, configMaps, statefulSets] = await Promise.all([
    keysInCluster({ config, namespace }),
    cloud === "kubernetes" ? new Map<string, StoredKey>() : keysInStores({ config, namespace }),
    config.makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace }),
    config.makeApiClient(AppsV1Api).listNamespacedStatefulSet({ namespace }),
  ]);
  const file = (configMap: string, name: string) =>
    configMaps.items.find(({ metadata }) => metadata?.name === configMap)?.data?.[name];
  const holdings = {
    keys,
    genesis: file("genesis", "genesis.json"),
    nodeIds: [
      ...(file("static-nodes", "static-nodes.json") ?? "").matchAll(/enode:\/\/([0-9a-f]{128})@/g),
    ].map(([, nodeId = ""]) => nodeId),
    images: new Map(
      statefulSets.items.flatMap(({ metadata, spec }) => {
        const image = spec?.template.spec?.containers[0]?.image;
        return metadata?.name === undefined || image === undefined ? [] : [[metadata.name, image] as const];
      }),
    ),
  };
  return { holdings, references };
}
