import { PORTS } from "../ports";
import { nodeNameRules } from "../prometheus/node-name";

/** Whose logs are collected. */
export interface CollectedLogs {
  readonly network: string;
  readonly region: string;
  /** The namespace of the region's Besu nodes. */
  readonly besuNamespace: string;
}

/**
 * The config of Alloy, which hands the logs of the region's nodes to Loki. It reads them through the Kubernetes API, and needs
 * neither root nor the disks of the Kubernetes nodes:
 * https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.kubernetes/
 */
export function alloyConfig({ network, region, besuNamespace }: CollectedLogs): string {
  const rules = [
    // The discovery finds a pod once for each of its ports.
    { source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: "metrics", action: "keep" },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    { source_labels: ["__meta_kubernetes_pod_label_app_kubernetes_io_component"], target_label: "role" },
    ...nodeNameRules(region),
  ];
  return [
    `discovery.kubernetes "besu" {`,
    `  role = "pod"`,
    `  namespaces {`,
    `    names = ${text([besuNamespace])}`,
    `  }`,
    `}`,
    ``,
    `discovery.relabel "besu" {`,
    `  targets = discovery.kubernetes.besu.targets`,
    ...rules.flatMap((rule) => [
      `  rule {`,
      ...Object.entries(rule).map(([key, value]) => `    ${key} = ${text(value)}`),
      `  }`,
    ]),
    `}`,
    ``,
    `loki.source.kubernetes "besu" {`,
    `  targets    = discovery.relabel.besu.output`,
    `  forward_to = [loki.write.region.receiver]`,
    `}`,
    ``,
    `loki.write "region" {`,
    `  endpoint {`,
    `    url = ${text(`http://loki:${PORTS.loki}/loki/api/v1/push`)}`,
    `  }`,
    `  external_labels = { network = ${text(network)}, region = ${text(region)} }`,
    `}`,
    ``,
  ].join("\n");
}

/** Texts and lists of Alloy's language are written as in JSON: https://grafana.com/docs/alloy/latest/get-started/syntax/ */
function text(value: string | readonly string[]): string {
  return JSON.stringify(value);
}
