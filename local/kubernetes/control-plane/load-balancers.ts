import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { V1LoadBalancerIngress, V1Service } from "@kubernetes/client-node";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import { allSettledOrThrow, reconcile } from "./reconcile";

/** Stands in for a cloud's service controller: assigns an address to each Service of type LoadBalancer. */
export function assignLoadBalancers(cluster: Cluster, signal: AbortSignal): void {
  const services = cluster.follow(
    "/api/v1/services",
    () => cluster.core.listServiceForAllNamespaces(),
    signal,
  );
  const assign = async (service: V1Service) => {
    const ingress = ingressOf(service);
    const { name = "", namespace = "" } = service.metadata ?? {};
    if (!isDeepStrictEqual(plain(service.status?.loadBalancer?.ingress ?? []), ingress)) {
      await accepting(
        404,
        cluster.core.patchNamespacedServiceStatus(
          { name, namespace, body: { status: { loadBalancer: { ingress } } } },
          MERGE_PATCH,
        ),
      );
    }
  };
  reconcile("load balancers", [services], () => allSettledOrThrow(services.objects().map(assign)), signal);
}

/** The client's objects are of classes of their own, which equal no plain object. */
function plain(ingress: readonly V1LoadBalancerIngress[]): unknown {
  return JSON.parse(JSON.stringify(ingress));
}

/**
 * The `status.loadBalancer.ingress` that a Service should have. On Azure and elsewhere: the address that the Service
 * requests, or an address in the documentation ranges (RFC 5737) that depends only on the name of the public address
 * or of the Service. On AWS: a host name, or nothing if the Service requests an address with `loadBalancerIP`.
 */
export function ingressOf({ metadata = {}, spec = {} }: V1Service): readonly Ingress[] {
  if (spec.type !== "LoadBalancer" || metadata.deletionTimestamp !== undefined) {
    return [];
  }
  const { annotations = {}, namespace, name } = metadata;
  const { loadBalancerIP = "" } = spec;
  if (annotations[AWS_TYPE] !== undefined) {
    return loadBalancerIP === ""
      ? [{ hostname: `${digest(`${namespace}/${name}`).toString("hex").slice(0, 32)}.elb.amazonaws.com` }]
      : [];
  }
  const requested = [loadBalancerIP, annotations[AZURE_ADDRESS] ?? ""].find((address) => isIP(address) === 4);
  const resource = annotations[AZURE_ADDRESS_NAME] ?? `${namespace}/${name}`;
  return [{ ip: requested ?? documentationAddress(resource), ipMode: "VIP" }];
}

type Ingress = { readonly ip: string; readonly ipMode: "VIP" } | { readonly hostname: string };

function documentationAddress(name: string): string {
  const [range = 0, host = 0] = digest(name);
  return `${DOCUMENTATION_RANGES[range % DOCUMENTATION_RANGES.length]}.${1 + (host % 254)}`;
}

function digest(content: string): Buffer {
  return createHash("sha256").update(content).digest();
}

/** https://www.rfc-editor.org/rfc/rfc5737 */
const DOCUMENTATION_RANGES = ["192.0.2", "198.51.100", "203.0.113"];

/** https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/ */
const AZURE_ADDRESS = "service.beta.kubernetes.io/azure-load-balancer-ipv4";
const AZURE_ADDRESS_NAME = "service.beta.kubernetes.io/azure-pip-name";
/** https://cloud-provider-aws.sigs.k8s.io/service_controller/; the controller refuses `loadBalancerIP`. */
const AWS_TYPE = "service.beta.kubernetes.io/aws-load-balancer-type";
