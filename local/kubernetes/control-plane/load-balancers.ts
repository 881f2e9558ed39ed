import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { V1Condition, V1LoadBalancerIngress, V1Node, V1Pod, V1Service } from "@kubernetes/client-node";
import pRetry from "p-retry";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import { allSettledOrThrow, reconcile } from "./reconcile";

/** How the stand-in for the clouds' service controllers behaves. */
export interface LoadBalancerSettings {
  /** Wall-clock seconds that the deletion of one load balancer takes. */
  readonly deletionSeconds: number;
}

/**
 * Stands in for a cloud's service controller: assigns an address to each Service of type LoadBalancer, says which have a
 * target, and deletes load balancers.
 *
 * Like the original, the controller adds a finalizer, so that a Service exists until its load balancer is deleted, and
 * deletes the load balancers of a cluster one after another: `--concurrent-service-syncs` is 1 by default, and
 * https://github.com/kubernetes/kubernetes/pull/54057, which would have raised the default, was closed.
 * https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#garbage-collecting-load-balancers
 */
export function assignLoadBalancers(
  cluster: Cluster,
  { deletionSeconds }: LoadBalancerSettings,
  signal: AbortSignal,
): void {
  const services = cluster.follow(
    "/api/v1/services",
    () => cluster.core.listServiceForAllNamespaces(),
    signal,
  );
  const pods = cluster.follow("/api/v1/pods", () => cluster.core.listPodForAllNamespaces(), signal);
  const nodes = cluster.follow("/api/v1/nodes", () => cluster.core.listNode(), signal);
  const configMaps = cluster.follow(
    "/api/v1/namespaces/kube-system/configmaps",
    () => cluster.core.listNamespacedConfigMap({ namespace: "kube-system" }),
    signal,
  );
  /** The namespaces, each of which is a cluster, whose load balancers are being deleted. */
  const deleting = new Set<string>();

  const serve = async (service: V1Service) => {
    const { name = "", namespace = "", deletionTimestamp, finalizers = [] } = service.metadata ?? {};
    const isBalancer = service.spec?.type === "LoadBalancer";
    if (deletionTimestamp !== undefined) {
      return;
    }
    if (isBalancer && !finalizers.includes(FINALIZER)) {
      const body = { metadata: { finalizers: [...finalizers, FINALIZER] } };
      await accepting(404, cluster.core.patchNamespacedService({ name, namespace, body }, MERGE_PATCH));
    }
    const ingress = ingressOf(service);
    const conditions = isBalancer
      ? [targetsCondition(service, { pods: pods.objects(), nodes: nodes.objects(), zones: subnetZones() })]
      : [];
    const current = plain(service.status?.loadBalancer?.ingress ?? []);
    if (!isDeepStrictEqual(current, ingress) || !hasSameReason(service, conditions)) {
      await accepting(
        404,
        cluster.core.patchNamespacedServiceStatus(
          { name, namespace, body: { status: { loadBalancer: { ingress }, conditions } } },
          MERGE_PATCH,
        ),
      );
    }
  };
  const subnetZones = () => configMaps.find("cloud-subnets")?.data ?? {};
  const deleteNext = async (namespace: string) => {
    const doomed = () => services.objects().find((service) => isDoomed(service, namespace));
    for (let next = doomed(); next !== undefined && !signal.aborted; next = doomed()) {
      await delay(1000 * deletionSeconds);
      await release(cluster, next);
      // The copy of the Services lags behind the API server.
      while (
        !signal.aborted &&
        services.objects().some((service) => isSame(service, next) && isDoomed(service))
      ) {
        await delay(20);
      }
    }
  };
  const serveAll = async () => {
    for (const { metadata } of services.objects().filter((service) => isDoomed(service))) {
      const namespace = metadata?.namespace ?? "";
      if (!deleting.has(namespace)) {
        deleting.add(namespace);
        deleteNext(namespace)
          .catch((error: Error) => console.error(`load balancers: ${error.message}`))
          .finally(() => deleting.delete(namespace));
      }
    }
    await allSettledOrThrow(services.objects().map(serve));
  };
  reconcile("load balancers", [services, pods, nodes, configMaps], serveAll, signal);
}

/** True if a Service is deleted and its load balancer is not, yet. */
function isDoomed({ metadata }: V1Service, namespace = metadata?.namespace): boolean {
  return (
    metadata?.namespace === namespace &&
    metadata?.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).includes(FINALIZER)
  );
}

function isSame(one: V1Service, other: V1Service): boolean {
  return one.metadata?.uid === other.metadata?.uid;
}

/**
 * Lets a Service go. Its finalizers are read anew, because the garbage collector changes them as well while the Service is deleted,
 * and the copy of the Services lags behind: who writes a finalizer back that is gone is refused with 422, or with 409 if the
 * garbage collector is faster.
 */
async function release({ core }: Cluster, { metadata = {} }: V1Service): Promise<void> {
  const { name = "", namespace = "" } = metadata;
  const dropFinalizer = async () => {
    const present = await core.readNamespacedService({ name, namespace });
    const { finalizers = [], resourceVersion = "" } = present.metadata ?? {};
    if (finalizers.includes(FINALIZER)) {
      const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
      const body = { metadata: { finalizers: others, resourceVersion } };
      await core.patchNamespacedService({ name, namespace, body }, MERGE_PATCH);
    }
  };
  await pRetry(() => accepting(404, dropFinalizer()), { retries: 20, minTimeout: 50, factor: 1 });
}

const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

/** What decides which pods a load balancer serves. */
export interface Targets {
  readonly pods: readonly V1Pod[];
  readonly nodes: readonly V1Node[];
  /** The availability zone of each subnet. */
  readonly zones: Readonly<Record<string, string>>;
}

/**
 * Whether a load balancer has a target to which it sends connections. A network load balancer of AWS sends nothing to a
 * target in a zone in which the balancer has no subnet, with cross-zone load balancing or without:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html (Target.NotInUse).
 * The condition is the stand-in's own; in the original, only AWS' API tells the health of targets.
 */
export function targetsCondition(
  { metadata, spec }: V1Service,
  { pods, nodes, zones }: Targets,
): V1Condition {
  const selector = Object.entries(spec?.selector ?? {});
  const targets = pods.filter(
    (pod) =>
      pod.metadata?.namespace === metadata?.namespace &&
      pod.spec?.nodeName !== undefined &&
      selector.length > 0 &&
      selector.every(([key, value]) => pod.metadata?.labels?.[key] === value),
  );
  const zoneOf = ({ spec: podSpec }: V1Pod) =>
    nodes.find((node) => node.metadata?.name === podSpec?.nodeName)?.metadata?.labels?.[ZONE] ?? "";
  const subnets = (metadata?.annotations?.[AWS_SUBNETS] ?? "").split(",").filter((subnet) => subnet !== "");
  const zonesOfBalancer = subnets.map((subnet) => zones[subnet.trim()] ?? "");
  const served = targets.filter((pod) => subnets.length === 0 || zonesOfBalancer.includes(zoneOf(pod)));
  const [status, reason, message] =
    targets.length === 0
      ? ["False", "NoTarget", "The load balancer has no target."]
      : served.length === 0
        ? [
            "False",
            "TargetNotInUse",
            `The targets are in ${targets.map(zoneOf).join(", ")}, and the load balancer is in ${zonesOfBalancer.join(", ")} only.`,
          ]
        : ["True", "InUse", `${served.length} of ${targets.length} targets are in use.`];
  return {
    type: TARGETS_IN_USE,
    status,
    reason,
    message,
    lastTransitionTime: new Date(),
  };
}

/** The type of the condition of {@link targetsCondition}. */
export const TARGETS_IN_USE = "chainfleet.local/TargetsInUse";

function hasSameReason({ status }: V1Service, conditions: readonly V1Condition[]): boolean {
  const reasons = (list: readonly V1Condition[]) => list.map(({ reason, message }) => `${reason} ${message}`);
  return isDeepStrictEqual(reasons(status?.conditions ?? []), reasons(conditions));
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
const AWS_SUBNETS = "service.beta.kubernetes.io/aws-load-balancer-subnets";
const ZONE = "topology.kubernetes.io/zone";
