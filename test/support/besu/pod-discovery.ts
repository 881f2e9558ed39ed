import type { KubernetesObject } from "../checkout";

/** A group of targets for Prometheus' discovery over HTTP: https://prometheus.io/docs/prometheus/latest/http_sd/ */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The targets that Prometheus' discovery of pods finds, with the labels that this project's configs use: Debian's package of
 * Prometheus is built without the discovery in Kubernetes.
 * Source: buildPod in discovery/kubernetes/pod.go of https://github.com/prometheus/prometheus
 */
export function podTargets(pods: readonly KubernetesObject[]): TargetGroup[] {
  return pods.flatMap(({ metadata, spec, status }) =>
    (status.podIP === undefined ? [] : spec.containers).flatMap(({ name, ports = [] }: KubernetesObject) =>
      ports.map((port: KubernetesObject) => ({
        targets: [`${status.podIP}:${port.containerPort}`],
        labels: {
          __meta_kubernetes_namespace: metadata.namespace,
          __meta_kubernetes_pod_name: metadata.name,
          __meta_kubernetes_pod_phase: status.phase,
          __meta_kubernetes_pod_container_name: name,
          __meta_kubernetes_pod_container_port_name: port.name,
          __meta_kubernetes_pod_container_port_number: String(port.containerPort),
          ...Object.fromEntries(
            Object.entries(metadata.labels as Readonly<Record<string, string>>).map(([label, value]) => [
              `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`,
              value,
            ]),
          ),
        },
      })),
    ),
  );
}
