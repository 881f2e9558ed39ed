import { LOCAL_SERVICE_LABEL } from "../../kubernetes/aggregation";
import type { Cluster, Collection } from "../../kubernetes/control-plane/cluster";
import { accepting, MERGE_PATCH } from "../../kubernetes/control-plane/cluster";
import { reconcile } from "../../kubernetes/control-plane/reconcile";
import { KUBEVIRT_NAMESPACE } from "../install/install";
import { SUBRESOURCES_GROUP } from "./routes";

/** The Service's name, by which the API server checks the certificate: `<name>.<namespace>.svc`. */
export const SERVICE_NAME = "virt-api";

const KIND = { group: "apiregistration.k8s.io", version: "v1", plural: "apiservices" };
const NAME = `v1.${SUBRESOURCES_GROUP}`;

/** Where the API server finds the aggregated one. */
export interface Registration {
  readonly port: number;
  /** The authority of the serving certificate, PEM. */
  readonly authority: string;
}

/**
 * Makes the API server pass requests on, and keeps it so: the control plane forgets the registration when it starts,
 * because an aggregated API that does not answer would keep every namespace from being deleted. The API server resolves a
 * Service of type ExternalName to its name.
 * Source: https://github.com/kubernetes/apiserver/blob/v0.36.3/pkg/util/proxy/proxy.go (`ResolveCluster`)
 */
export async function keepRegistered(
  cluster: Cluster,
  registration: Registration,
  signal: AbortSignal,
): Promise<void> {
  await register(cluster, registration);
  const registrations = cluster.follow(
    "/apis/apiregistration.k8s.io/v1/apiservices",
    async () => (await cluster.objects.list("apiregistration.k8s.io/v1", "APIService")) as never,
    signal,
  ) as Collection<{ readonly metadata?: { readonly name?: string } }>;
  reconcile(
    "registration of the aggregated API",
    [registrations],
    async () => {
      if (registrations.find(NAME) === undefined) {
        await register(cluster, registration);
      }
    },
    signal,
  );
}

/** Ends the registration, so that the API server no longer asks a service that is about to end. */
export async function unregister({ custom }: Cluster): Promise<void> {
  await accepting(404, custom.deleteClusterCustomObject({ ...KIND, name: NAME }));
}

async function register({ core, custom }: Cluster, { port, authority }: Registration): Promise<void> {
  const service = {
    metadata: { name: SERVICE_NAME },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
  };
  const namespace = KUBEVIRT_NAMESPACE;
  await accepting(409, core.createNamespacedService({ namespace, body: service }));
  await core.patchNamespacedService({ namespace, name: SERVICE_NAME, body: service }, MERGE_PATCH);
  const body = {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: NAME, labels: { [LOCAL_SERVICE_LABEL]: "kubevirt" } },
    spec: {
      group: SUBRESOURCES_GROUP,
      version: "v1",
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      caBundle: Buffer.from(authority).toString("base64"),
      service: { name: SERVICE_NAME, namespace, port },
    },
  };
  await accepting(409, custom.createClusterCustomObject({ ...KIND, body }));
  await custom.patchClusterCustomObject({ ...KIND, name: NAME, body }, MERGE_PATCH);
}
