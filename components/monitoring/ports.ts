/** The ports of the monitoring of a region: the defaults of each program, and a free one for the exporter of this project. */
export const PORTS = {
  prometheus: 9090,
  alertmanager: 9093,
  grafana: 3000,
  loki: 3100,
  alloy: 12_345,
  exporter: 9700,
} as const;

/** A program of the monitoring. The names of its Kubernetes objects are the program's. */
export type Program = "prometheus" | "alertmanager" | "grafana" | "loki" | "alloy" | "qbft-exporter";

/** The labels of the Kubernetes objects of a program. */
export function programLabels(program: Program): Record<string, string> {
  return { "app.kubernetes.io/name": program, "app.kubernetes.io/part-of": "monitoring" };
}
