import { accepting, type Cluster } from "./control-plane/cluster";

/** The label of an APIService that a local service registers, with the name of the service. */
export const LOCAL_SERVICE_LABEL = "chainfleet.local/service";

/**
 * Forgets the aggregated APIs of local services, which register again when they run. While an aggregated API does not
 * answer, discovery is incomplete and no namespace is deleted.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export async function forgetAggregatedApis({ custom }: Cluster): Promise<void> {
  const kind = { group: "apiregistration.k8s.io", version: "v1", plural: "apiservices" };
  const { items } = (await custom.listClusterCustomObject({
    ...kind,
    labelSelector: LOCAL_SERVICE_LABEL,
  })) as { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
  for (const { metadata } of items) {
    await accepting(404, custom.deleteClusterCustomObject({ ...kind, name: metadata.name }));
  }
}
