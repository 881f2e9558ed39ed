import type { Cluster } from "../../kubernetes/control-plane/cluster";

/** Who speaks for the API server. */
export interface FrontProxy {
  /** The authority of the front proxy's certificate, PEM. */
  readonly clientAuthority: string;
  readonly clientNames: readonly string[];
}

/**
 * The front proxy as the API server publishes it for aggregated API servers.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#kubernetes-apiserver-client-authentication
 *
 * @throws if the API server has no aggregation layer.
 */
export async function frontProxy({ core }: Cluster): Promise<FrontProxy> {
  const { data = {} } = await core.readNamespacedConfigMap({
    namespace: "kube-system",
    name: "extension-apiserver-authentication",
  });
  const clientAuthority = data["requestheader-client-ca-file"];
  if (clientAuthority === undefined) {
    throw new Error(
      "the API server has no aggregation layer: it was started without --requestheader-client-ca-file",
    );
  }
  return { clientAuthority, clientNames: JSON.parse(data["requestheader-allowed-names"] ?? "[]") };
}
