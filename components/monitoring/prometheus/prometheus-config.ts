import { METRICS_PORT } from "../../ports";
import { PORTS } from "../ports";
import { nodeNameRules } from "./node-name";
import { SCRAPE_INTERVAL_SECONDS } from "./scrape-interval";

/** What a region's Prometheus has to know. */
export interface PrometheusSettings {
  readonly network: string;
  readonly region: string;
  /** The namespace of the region's Besu nodes. */
  readonly besuNamespace: string;
  /** The namespace of the monitoring itself. */
  readonly monitoringNamespace: string;
}

/** Where the file of {@link alertRules} is mounted, beside the config. */
export const RULES_FILE = "rules.yml";

/** The config of a region's Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
export function prometheusConfig(settings: PrometheusSettings) {
  const { network, region } = settings;
  return {
    global: {
      scrape_interval: `${SCRAPE_INTERVAL_SECONDS}s`,
      evaluation_interval: `${SCRAPE_INTERVAL_SECONDS}s`,
      external_labels: { network, region },
    },
    rule_files: [RULES_FILE],
    alerting: {
      // An alert about the chain is the same in all regions, so that a receiver can recognize it as one.
      alert_relabel_configs: [
        { source_labels: ["scope"], regex: "chain", target_label: "region", replacement: "" },
      ],
      alertmanagers: [{ static_configs: [{ targets: [`alertmanager:${PORTS.alertmanager}`] }] }],
    },
    scrape_configs: [
      besuJob(settings),
      { job_name: "qbft", static_configs: [{ targets: [`qbft-exporter:${PORTS.exporter}`] }] },
      kubeletJob(settings),
      {
        job_name: "monitoring",
        static_configs: [
          {
            targets: (["prometheus", "alertmanager", "grafana", "loki", "alloy"] as const).map(
              (program) => `${program}:${PORTS[program]}`,
            ),
          },
        ],
      },
    ],
  };
}

/** Besu's metrics server accepts the pod's address as the Host, and not the name of every Service. */
function besuJob({ region, besuNamespace }: PrometheusSettings) {
  return {
    job_name: "besu",
    kubernetes_sd_configs: [{ role: "pod", namespaces: { names: [besuNamespace] } }],
    relabel_configs: [
      {
        source_labels: ["__meta_kubernetes_pod_container_port_number"],
        regex: String(METRICS_PORT),
        action: "keep",
      },
      {
        source_labels: ["__meta_kubernetes_pod_phase"],
        regex: "Pending|Succeeded|Failed|Completed",
        action: "drop",
      },
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
      {
        source_labels: ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
        target_label: "role",
      },
      ...nodeNameRules(region),
    ],
  };
}

/**
 * How full the volumes are, which only the kubelets know. Their certificates are signed by an authority of their own on many
 * clusters, so they are not verified, as in https://github.com/prometheus-operator/kube-prometheus; the token may read the
 * metrics of kubelets and list the region's pods, and nothing else.
 */
function kubeletJob({ besuNamespace, monitoringNamespace }: PrometheusSettings) {
  return {
    job_name: "kubelet",
    scheme: "https",
    scrape_interval: "1m",
    kubernetes_sd_configs: [{ role: "node" }],
    authorization: { credentials_file: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    tls_config: { insecure_skip_verify: true },
    metric_relabel_configs: [
      {
        source_labels: ["__name__", "namespace"],
        regex: `kubelet_volume_stats_(available|capacity)_bytes;(${besuNamespace}|${monitoringNamespace})`,
        action: "keep",
      },
    ],
  };
}
