import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { stringify } from "yaml";
import { RPC_SERVICE, serviceHosts } from "../besu/options/hosts";
import { validatorName, validatorObjectName } from "../naming";
import { RPC_PORT } from "../ports";
import { PROJECT_ROOT } from "../root";
import { type AlertReceiver, alertmanagerConfig } from "./alertmanager/alertmanager-config";
import type { ExporterSettings } from "./exporter/qbft-exporter";
import { PROVISIONING_FOLDER, provisioning } from "./grafana/provisioning";
import { alloyConfig } from "./logs/alloy-config";
import { lokiConfig } from "./logs/loki-config";
import { PORTS } from "./ports";
import type { MonitoringProgramArgs } from "./program";
import { prometheusConfig, RULES_FILE } from "./prometheus/prometheus-config";
import { alertRules } from "./prometheus/rules";

/** What the programs of all regions of a network have in common. */
export interface MonitoringSettings {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  readonly blockPeriodSeconds: number;
  /** How long round 0 of a block lasts. */
  readonly requestTimeoutSeconds: number;
  /** Number of validators of the whole network. */
  readonly networkValidators: number;
  /** For how many days metrics are kept, and the size of their volume. */
  readonly metrics: { readonly days: number; readonly storage: string };
  /** For how many days logs are kept, and the size of their volume. */
  readonly logs: { readonly days: number; readonly storage: string };
  /** Who is notified of alerts. Secret. @default nobody */
  readonly receiver?: AlertReceiver | undefined;
}

/** What the programs of a region depend on. */
export interface MonitoredRegion extends MonitoringSettings {
  readonly region: string;
  /** The name of the namespace of the region's nodes. */
  readonly besuNamespace: string;
  readonly monitoringNamespace: string;
  /** The addresses of the region's validators, in their order. */
  readonly validators: readonly pulumi.Input<Address>[];
  /** Number of RPC nodes of the region. */
  readonly rpcNodes: number;
  /** @default the cluster's default class */
  readonly storageClassName?: pulumi.Input<string> | undefined;
}

/** What programs differ in. */
export type ProgramSettings = Omit<MonitoringProgramArgs, "image" | "namespace" | "deletedWith">;

/** Scrapes the nodes, evaluates the rules, and keeps the metrics. @param account that may list the nodes' pods. */
export function prometheus(region: MonitoredRegion, account: pulumi.Input<string>): ProgramSettings {
  const rules = alertRules({
    ...region,
    validators: region.networkValidators,
    namespaces: [region.besuNamespace, region.monitoringNamespace],
  });
  return {
    program: "prometheus",
    port: PORTS.prometheus,
    readyPath: "/-/ready",
    user: NOBODY,
    resources: { cpu: "200m", memory: "1Gi" },
    args: [
      "--config.file=/etc/prometheus/prometheus.yml",
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${region.metrics.days}d`,
    ],
    config: {
      path: "/etc/prometheus",
      files: { "prometheus.yml": stringify(prometheusConfig(region)), [RULES_FILE]: stringify(rules) },
      isSecret: false,
    },
    data: {
      path: "/prometheus",
      storage: region.metrics.storage,
      storageClassName: region.storageClassName,
    },
    serviceAccount: account,
  };
}

/** Notifies the receiver. */
export function alertmanager({ receiver, storageClassName }: MonitoredRegion): ProgramSettings {
  return {
    program: "alertmanager",
    port: PORTS.alertmanager,
    readyPath: "/-/ready",
    user: NOBODY,
    resources: { cpu: "20m", memory: "128Mi" },
    // Without an address for others it is alone, and no cluster of Alertmanagers.
    args: [
      "--config.file=/etc/alertmanager/alertmanager.yml",
      "--storage.path=/alertmanager",
      "--cluster.listen-address=",
    ],
    config: {
      path: "/etc/alertmanager",
      files: { "alertmanager.yml": pulumi.secret(stringify(alertmanagerConfig(receiver))) },
      isSecret: true,
    },
    // Silences.
    data: { path: "/alertmanager", storage: "1Gi", storageClassName },
  };
}

/** Tells what Besu's metrics do not say of the consensus. */
export function exporter(region: MonitoredRegion): ProgramSettings {
  return {
    program: "qbft-exporter",
    port: PORTS.exporter,
    readyPath: "/healthy",
    user: NODE_USER,
    resources: { cpu: "20m", memory: "128Mi" },
    command: ["node", "--eval"],
    args: [
      `import("${EXPORTER_FOLDER}/${EXPORTER_FILE}").then(({ serve }) => serve("${EXPORTER_FOLDER}/settings.json", ${PORTS.exporter}))`,
    ],
    config: {
      path: EXPORTER_FOLDER,
      files: { [EXPORTER_FILE]: exporterSource(), "settings.json": exporterSettings(region) },
      isSecret: false,
    },
  };
}

/** Shows the dashboards. @param secret with the password of the user `admin`. */
export function grafana(region: MonitoredRegion, secret: pulumi.Input<string>): ProgramSettings {
  return {
    program: "grafana",
    port: PORTS.grafana,
    readyPath: "/api/health",
    user: GRAFANA_USER,
    resources: { cpu: "100m", memory: "512Mi" },
    args: [],
    env: {
      GF_SECURITY_ADMIN_PASSWORD__FILE: "/etc/grafana-admin/password",
      GF_LOG_MODE: "console",
      GF_ANALYTICS_REPORTING_ENABLED: "false",
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
      GF_PLUGINS_PREINSTALL_DISABLED: "true",
    },
    config: {
      path: PROVISIONING_FOLDER,
      files: provisioning(region),
      isSecret: false,
    },
    // Its database has nothing that it does not get from its files when it starts.
    scratch: ["/var/lib/grafana", "/var/log/grafana"],
    secret: { name: secret, path: "/etc/grafana-admin" },
  };
}

/** Keeps the logs. */
export function loki({ logs, storageClassName }: MonitoredRegion): ProgramSettings {
  return {
    program: "loki",
    port: PORTS.loki,
    readyPath: "/ready",
    user: LOKI_USER,
    resources: { cpu: "100m", memory: "512Mi" },
    args: ["-config.file=/etc/loki/loki.yaml"],
    config: {
      path: "/etc/loki",
      files: { "loki.yaml": stringify(lokiConfig(logs.days)) },
      isSecret: false,
    },
    data: { path: "/loki", storage: logs.storage, storageClassName },
  };
}

/** Collects the logs of the nodes. @param account that may read them. */
export function alloy(region: MonitoredRegion, account: pulumi.Input<string>): ProgramSettings {
  return {
    program: "alloy",
    port: PORTS.alloy,
    readyPath: "/-/ready",
    user: ALLOY_USER,
    resources: { cpu: "100m", memory: "256Mi" },
    args: [
      "run",
      "/etc/alloy/config.alloy",
      "--storage.path=/tmp/alloy",
      `--server.http.listen-addr=0.0.0.0:${PORTS.alloy}`,
      "--disable-reporting",
    ],
    config: { path: "/etc/alloy", files: { "config.alloy": alloyConfig(region) }, isSecret: false },
    serviceAccount: account,
  };
}

/** The uids of the users in the images. */
const NOBODY = 65_534;
const NODE_USER = 1000;
const GRAFANA_USER = 472;
const LOKI_USER = 10_001;
const ALLOY_USER = 473;

const EXPORTER_FOLDER = "/exporter";
/** The ending tells Node that the file is an ES module in TypeScript. */
const EXPORTER_FILE = "qbft-exporter.mts";

function exporterSource(): string {
  return readFileSync(join(PROJECT_ROOT, "components/monitoring/exporter/qbft-exporter.ts"), "utf8");
}

/** Validators answer under the names of their Services, RPC nodes under that of the Service of all. */
function exporterSettings({
  region,
  besuNamespace,
  validators,
  rpcNodes,
}: MonitoredRegion): pulumi.Output<string> {
  const services = [
    ...validators.map((_, index) => validatorObjectName(index)),
    ...(rpcNodes > 0 ? [RPC_SERVICE] : []),
  ];
  const nodes = services.map((service) => ({
    name: service,
    url: `http://${serviceHosts(service, besuNamespace)[2]}:${RPC_PORT}`,
  }));
  return pulumi.all([...validators]).apply((addresses) => {
    const names = addresses.map((address, index) => [address.toLowerCase(), validatorName(region, index)]);
    const settings: ExporterSettings = { nodes, validators: Object.fromEntries(names) };
    return JSON.stringify(settings);
  });
}
