import type { KubernetesObject } from "../api/object";
import type { Awaiter } from "./awaiter";
import { ingress, service } from "./networking";
import { customResourceDefinition, resourceQuota } from "./others";
import { pod } from "./pod";
import { persistentVolume, persistentVolumeClaim } from "./storage";
import { waitFor } from "./wait-for";
import { daemonSet, deployment, job, statefulSet } from "./workloads";

/** How to wait for the object; undefined if it is ready as soon as it exists, or is not to be waited for. */
export function awaiterOf(object: KubernetesObject): Awaiter | undefined {
  const { annotations = {} } = object.metadata;
  if (annotations["pulumi.com/skipAwait"] === "true") {
    return undefined;
  }
  const custom = annotations["pulumi.com/waitFor"];
  return custom === undefined
    ? AWAITERS.get(`${object.apiVersion.split("/")[0]} ${object.kind}`)
    : waitFor(custom);
}

/**
 * Seconds to wait: `customTimeouts` first, then the annotation, then the kind's default.
 *
 * @param customSeconds 0 if there is none
 */
export function timeoutSecondsOf(
  object: KubernetesObject,
  customSeconds: number,
  defaultSeconds: number,
): number {
  const annotated = Number(object.metadata.annotations?.["pulumi.com/timeoutSeconds"]);
  return customSeconds > 0 ? customSeconds : annotated > 0 ? annotated : defaultSeconds;
}

const AWAITERS: ReadonlyMap<string, Awaiter> = new Map([
  ["apps DaemonSet", daemonSet],
  ["apps Deployment", deployment],
  ["apps StatefulSet", statefulSet],
  ["batch Job", job],
  ["networking.k8s.io Ingress", ingress],
  ["apiextensions.k8s.io CustomResourceDefinition", customResourceDefinition],
  ["v1 PersistentVolume", persistentVolume],
  ["v1 PersistentVolumeClaim", persistentVolumeClaim],
  ["v1 Pod", pod],
  ["v1 ResourceQuota", resourceQuota],
  ["v1 Service", service],
]);
