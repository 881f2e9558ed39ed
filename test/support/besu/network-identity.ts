import type { Checkout, KubernetesObject } from "../checkout";

/** What must not change when a network goes on: the keys, the genesis, and the validators themselves. */
export interface NetworkIdentity {
  readonly keys: readonly string[];
  readonly genesis: readonly string[];
  readonly statefulSets: readonly string[];
}

/** Reads from the local control plane what must not change, with the objects' uids. */
export async function networkIdentity(checkout: Checkout): Promise<NetworkIdentity> {
  const [secrets, configMaps, statefulSets] = await Promise.all([
    checkout.objects("api/v1/secrets"),
    checkout.objects("api/v1/configmaps"),
    checkout.objects("apis/apps/v1/statefulsets"),
  ]);
  const place = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`;
  return {
    keys: secrets
      .filter(({ metadata }) => /^validator-\d+-key$/.test(metadata.name))
      .map((secret) => `${place(secret)} ${secret.metadata.uid} ${secret.data.key}`)
      .sort(),
    genesis: configMaps
      .filter(({ metadata }) => metadata.name === "genesis")
      .map((configMap) => `${place(configMap)} ${configMap.metadata.uid} ${configMap.data["genesis.json"]}`)
      .sort(),
    statefulSets: statefulSets
      .map(
        (statefulSet) =>
          `${place(statefulSet)} ${statefulSet.metadata.uid} ${statefulSet.metadata.generation}`,
      )
      .sort(),
  };
}
