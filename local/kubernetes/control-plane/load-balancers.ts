import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { ApiServer } from "../api/api-server";
import { pathOf } from "../api/discovery";
import { isNotFound } from "../api/errors";
import { informer } from "../api/informer";
import { type KubernetesObject, list, text } from "../api/object";
import { allSettledOrThrow, reconcile } from "./reconcile";

/** Stands in for a cloud's service controller: assigns an address to each Service of type LoadBalancer. */
export function assignLoadBalancers(api: ApiServer, signal: AbortSignal): void {
  const services = informer(api, SERVICES, undefined);
  const assign = async (service: KubernetesObject) => {
    const ingress = ingressOf(service);
    if (isDeepStrictEqual(list(service, "status", "loadBalancer", "ingress"), ingress)) {
      return;
    }
    try {
      await api.request({
        method: "PATCH",
        path: `${pathOf(SERVICES, service.metadata.namespace, service.metadata.name)}/status`,
        contentType: "application/merge-patch+json",
        body: { status: { loadBalancer: { ingress } } },
      });
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  };
  const assignAll = async () => {
    await allSettledOrThrow([...services.objects.values()].map(assign));
  };
  reconcile("load balancers", [services], assignAll, signal);
}

/**
 * The `status.loadBalancer.ingress` that a Service should have. On Azure and elsewhere: the address that the Service
 * requests, or an address in the documentation ranges (RFC 5737) that depends only on the name of the public address
 * or of the Service. On AWS: a host name, or nothing if the Service requests an address with `loadBalancerIP`.
 */
export function ingressOf(service: KubernetesObject): readonly Ingress[] {
  if (text(service, "spec", "type") !== "LoadBalancer" || service.metadata.deletionTimestamp !== undefined) {
    return [];
  }
  const { annotations = {}, namespace, name } = service.metadata;
  if (annotations[AWS_TYPE] !== undefined) {
    return text(service, "spec", "loadBalancerIP") === ""
      ? [{ hostname: `${digest(`${namespace}/${name}`).toString("hex").slice(0, 32)}.elb.amazonaws.com` }]
      : [];
  }
  const requested = [text(service, "spec", "loadBalancerIP"), annotations[AZURE_ADDRESS] ?? ""].find(
    (address) => isIP(address) === 4,
  );
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

const SERVICES = {
  apiVersion: "v1",
  root: "/api/v1",
  kind: "Service",
  plural: "services",
  namespaced: true,
};
