import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { ApiServer } from "../api/api-server";
import { pathOf } from "../api/discovery";
import { isNotFound } from "../api/errors";
import { informer } from "../api/informer";
import { type KubernetesObject, list, text } from "../api/object";
import { allOf, reconcile } from "./reconcile";

/** Does what a cloud's service controller does: gives a Service of type LoadBalancer its address. */
export function assignLoadBalancers(api: ApiServer, signal: AbortSignal): void {
  const services = informer(api, SERVICES, undefined);
  const assign = async (service: KubernetesObject) => {
    const wanted = ingressOf(service);
    if (isDeepStrictEqual(list(service, "status", "loadBalancer", "ingress"), wanted)) {
      return;
    }
    try {
      await api.request({
        method: "PATCH",
        path: `${pathOf(SERVICES, service.metadata.namespace, service.metadata.name)}/status`,
        contentType: "application/merge-patch+json",
        body: { status: { loadBalancer: { ingress: wanted } } },
      });
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  };
  const look = async () => {
    await allOf([...services.objects.values()].map(assign));
  };
  reconcile("load balancers", [services], look, signal);
}

/**
 * `status.loadBalancer.ingress` as it should be: the address that the Service asks for, else one out of the
 * documentation's ranges (RFC 5737) that depends only on which address or which Service it stands for.
 */
export function ingressOf(service: KubernetesObject): readonly { ip: string; ipMode: "VIP" }[] {
  if (text(service, "spec", "type") !== "LoadBalancer" || service.metadata.deletionTimestamp !== undefined) {
    return [];
  }
  const { annotations = {}, namespace, name } = service.metadata;
  const requested = [text(service, "spec", "loadBalancerIP"), annotations[AZURE_ADDRESS] ?? ""].find(
    (address) => isIP(address) === 4,
  );
  const resource = annotations[AZURE_ADDRESS_NAME] ?? annotations[AWS_ALLOCATIONS]?.split(",")[0];
  return [{ ip: requested ?? documentationAddress(resource ?? `${namespace}/${name}`), ipMode: "VIP" }];
}

function documentationAddress(of: string): string {
  const [range = 0, host = 0] = createHash("sha256").update(of).digest();
  return `${DOCUMENTATION_RANGES[range % DOCUMENTATION_RANGES.length]}.${1 + (host % 254)}`;
}

/** https://www.rfc-editor.org/rfc/rfc5737 */
const DOCUMENTATION_RANGES = ["192.0.2", "198.51.100", "203.0.113"];

/** https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/ */
const AZURE_ADDRESS = "service.beta.kubernetes.io/azure-load-balancer-ipv4";
const AZURE_ADDRESS_NAME = "service.beta.kubernetes.io/azure-pip-name";
/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/ */
const AWS_ALLOCATIONS = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations";

const SERVICES = {
  apiVersion: "v1",
  root: "/api/v1",
  kind: "Service",
  plural: "services",
  namespaced: true,
};
