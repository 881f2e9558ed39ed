import { field, type KubernetesObject, list, text } from "../api/object";
import type { Awaiter, Related } from "./awaiter";

const ENDPOINT_SLICES = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
const SERVICES = { apiVersion: "v1", kind: "Service" };

/**
 * A Service is ready when it directs to at least one pod, which a headless one, one without a selector and an
 * ExternalName need not, and, for type LoadBalancer, when it has an address.
 *
 * The official plugin then waits ten seconds more for the endpoints to settle; nothing here flaps.
 */
export const service: Awaiter = {
  timeoutSeconds: 600,
  related: [ENDPOINT_SLICES],
  verdict: (object, related) => {
    const needsPods =
      text(object, "spec", "clusterIP") !== "None" &&
      text(object, "spec", "type") !== "ExternalName" &&
      Object.keys((field(object, "spec", "selector") ?? {}) as object).length > 0;
    const reasons = [
      ...(needsPods && !hasEndpoints(object.metadata.name, related)
        ? [
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
          ]
        : []),
      ...(text(object, "spec", "type") === "LoadBalancer" && !hasAddress(object)
        ? ["Service was not allocated an IP address; does your cloud provider support this?"]
        : []),
    ];
    return reasons.length === 0 ? "ready" : { reasons };
  },
};

/** An Ingress is ready when each of its backends directs to pods, and it has an address. */
export const ingress: Awaiter = {
  timeoutSeconds: 600,
  related: [ENDPOINT_SLICES, SERVICES],
  verdict: (object, related) => {
    const missing = backends(object).filter((name) => {
      const external = related("Service").some(
        (each) => each.metadata.name === name && text(each, "spec", "type") === "ExternalName",
      );
      return !external && !hasEndpoints(name, related);
    });
    const reasons = [
      ...missing.map((name) => `Ingress has a backend without endpoints: Service "${name}"`),
      ...(hasAddress(object)
        ? []
        : ["Ingress .status.loadBalancer field was not updated with a hostname/IP address."]),
    ];
    return reasons.length === 0 ? "ready" : { reasons };
  },
};

function backends(object: KubernetesObject): string[] {
  const all = [
    field(object, "spec", "defaultBackend"),
    ...list(object, "spec", "rules").flatMap((rule) =>
      list(rule, "http", "paths").map((path) => field(path, "backend")),
    ),
  ];
  return [...new Set(all.map((backend) => text(backend, "service", "name")))].filter((name) => name !== "");
}

function hasEndpoints(service: string | undefined, related: Related): boolean {
  return related("EndpointSlice").some(
    (slice) =>
      slice.metadata.labels?.["kubernetes.io/service-name"] === service &&
      list(slice, "endpoints").some((endpoint) => field(endpoint, "conditions", "ready") !== false),
  );
}

function hasAddress(object: KubernetesObject): boolean {
  return list(object, "status", "loadBalancer", "ingress").length > 0;
}
