import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Hex } from "viem";
import { roleLabels } from "../role";
import { KEY_ENTRY, objectNameOf } from "./key-secret";

/** A region's namespace in its cluster. */
export interface RegionNamespace {
  /** From `openCluster`. */
  readonly config: KubeConfig;
  readonly namespace: string;
}

/**
 * The private keys of the validators in a region's cluster, by the name of the validator's Kubernetes objects. Empty if
 * the namespace does not exist. A value that is no key is text of any form.
 *
 * Needs the verb `list` on Secrets of the namespace.
 *
 * @throws Error if the cluster does not answer, or refuses.
 */
export async function keysInCluster({
  config,
  namespace,
}: RegionNamespace): Promise<ReadonlyMap<string, Hex>> {
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedSecret({
    namespace,
    labelSelector: Object.entries(roleLabels("validator"))
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
  });
  return new Map(
    items.flatMap(({ metadata, data }) => {
      const name = objectNameOf(metadata?.name ?? "");
      const key = data?.[KEY_ENTRY];
      return name === undefined || key === undefined
        ? []
        : [[name, Buffer.from(key, "base64").toString("utf8").trim() as Hex]];
    }),
  );
}
