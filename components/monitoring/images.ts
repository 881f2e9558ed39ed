import type { Program } from "./ports";

/**
 * The images by their names at Docker Hub, each with a release. Prometheus 3.13 is the release with long-term support; Node 24
 * removes the types of the exporter when it loads the file.
 */
const IMAGES: Readonly<Record<Program, string>> = {
  prometheus: "prom/prometheus:v3.13.3",
  alertmanager: "prom/alertmanager:v0.33.0",
  grafana: "grafana/grafana:13.1.3",
  loki: "grafana/loki:3.7.5",
  alloy: "grafana/alloy:v1.19.1",
  "qbft-exporter": "library/node:24.18.0-alpine",
};

/** The image of a program in a registry. @example imageOf("docker.io", "loki") // "docker.io/grafana/loki:3.7.5" */
export function imageOf(registry: string, program: Program): string {
  return `${registry}/${IMAGES[program]}`;
}
