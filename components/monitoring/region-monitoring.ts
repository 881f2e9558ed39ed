import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { stringify } from "yaml";
import { serviceHosts } from "../besu/options/hosts";
import type { Cluster } from "../cluster";
import { fullName, validatorName, validatorObjectName } from "../naming";
import { RPC_PORT } from "../ports";
import { PROJECT_ROOT } from "../root";
import { type AlertReceiver, alertmanagerConfig } from "./alertmanager/alertmanager-config";
import type { ExporterSettings } from "./exporter/qbft-exporter";
import { GrafanaPassword } from "./grafana/grafana-password";
import { PROVISIONING_FOLDER, provisioning } from "./grafana/provisioning";
import { imageOf } from "./images";
import { alloyConfig } from "./logs/alloy-config";
import { lokiConfig } from "./logs/loki-config";
import { monitoringPolicies, nodePolicies } from "./network-policies";
import { PORTS, type Program, programLabels } from "./ports";
import { MonitoringProgram, type MonitoringProgramArgs } from "./program";
import { prometheusConfig, RULES_FILE } from "./prometheus/prometheus-config";
import { alertRules } from "./prometheus/rules";

/** What the monitoring of all regions of a network has in common. */
export interface MonitoringArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  readonly blockPeriodSeconds: number;
  /** How long round 0 of a block lasts. */
  readonly requestTimeoutSeconds: number;
  /** Number of validators of the whole network. */
  readonly networkValidators: number;
  /** The registry of the images. @example "docker.io" */
  readonly registry: string;
  /** For how many days metrics are kept, and the size of their volume. */
  readonly metrics: { readonly days: number; readonly storage: string };
  /** For how many days logs are kept, and the size of their volume. */
  readonly logs: { readonly days: number; readonly storage: string };
  /** Who is notified of alerts. Secret. @default nobody */
  readonly receiver?: AlertReceiver | undefined;
}

/** The arguments of a region's monitoring. */
export interface RegionMonitoringArgs extends MonitoringArgs {
  readonly cluster: Cluster;
  /** The namespace of the region's nodes. */
  readonly besuNamespace: pulumi.Output<string>;
  /** The addresses of the region's validators, in their order. */
  readonly validators: readonly pulumi.Input<Address>[];
  /** Number of RPC nodes of the region. */
  readonly rpcNodes: number;
}

/**
 * The monitoring of the nodes in one region, in a namespace of its own.
 *
 * ```
 * nodes ─ metrics ──────────────────▶ Prometheus ─ alerts ─▶ Alertmanager ─▶ receiver
 *       ─ JSON-RPC ─▶ QBFT exporter ──▲   ▲
 * kubelets ─ volumes ─────────────────┘   └─ Grafana ─▶ Loki ◀─ Alloy ◀─ logs of the nodes
 * ```
 *
 * Everything is reached from inside the cluster, or with `kubectl port-forward`, and nothing from elsewhere.
 */
export class RegionMonitoring extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** The password of Grafana's user `admin`. Secret. */
  readonly grafanaPassword: pulumi.Output<string>;

  constructor(region: string, args: RegionMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    const name = `${region}-monitoring`;
    super("chainfleet:monitoring:RegionMonitoring", name, {}, opts);
    const { network, cluster } = args;
    const inCluster = { parent: this, provider: cluster.provider };
    const besuNamespace = fullName(network, region);
    const monitoringNamespace = fullName(network, region, "monitoring");
    const place = { network, region, besuNamespace, monitoringNamespace };

    const namespace = createNamespace();
    const contents = { ...inCluster, deletedWith: namespace };
    createPolicies();
    const prometheusAccount = createAccount("prometheus", ["pods"]);
    const alloyAccount = createAccount("alloy", ["pods", "pods/log"]);
    allowKubeletMetrics(prometheusAccount);
    const password = new GrafanaPassword(`${name}-grafana-password`, { parent: this });
    createProgram(prometheus());
    createProgram(alertmanager());
    createProgram(exporter());
    createProgram(grafana(createPasswordSecret()));
    createProgram(loki());
    createProgram(alloy());
    this.namespace = namespace.metadata.name;
    this.grafanaPassword = password.password;
    this.registerOutputs({ namespace: this.namespace });

    function createNamespace(): kubernetes.core.v1.Namespace {
      return new kubernetes.core.v1.Namespace(
        `${name}-namespace`,
        {
          metadata: {
            name: monitoringNamespace,
            labels: Object.fromEntries(
              ["enforce", "audit", "warn"].map((mode) => [
                `pod-security.kubernetes.io/${mode}`,
                "restricted",
              ]),
            ),
          },
        },
        { ...inCluster, dependsOn: [...cluster.ready] },
      );
    }

    function createPolicies(): void {
      for (const [policy, spec] of Object.entries(monitoringPolicies(besuNamespace))) {
        new kubernetes.networking.v1.NetworkPolicy(
          `${name}-${policy}`,
          { metadata: { name: policy, namespace: namespace.metadata.name }, spec },
          contents,
        );
      }
      for (const [policy, spec] of Object.entries(nodePolicies(monitoringNamespace))) {
        new kubernetes.networking.v1.NetworkPolicy(
          `${name}-${policy}`,
          { metadata: { name: policy, namespace: args.besuNamespace }, spec },
          inCluster,
        );
      }
    }

    /** A ServiceAccount that may read resources in the namespace of the nodes. */
    function createAccount(program: Program, resources: string[]): kubernetes.core.v1.ServiceAccount {
      const labels = programLabels(program);
      const account = new kubernetes.core.v1.ServiceAccount(
        `${name}-${program}-account`,
        {
          metadata: { name: program, namespace: namespace.metadata.name, labels },
          automountServiceAccountToken: false,
        },
        contents,
      );
      const metadata = { name: `monitoring-${program}`, namespace: args.besuNamespace, labels };
      const role = new kubernetes.rbac.v1.Role(
        `${name}-${program}-role`,
        { metadata, rules: [{ apiGroups: [""], resources, verbs: ["get", "list", "watch"] }] },
        inCluster,
      );
      new kubernetes.rbac.v1.RoleBinding(
        `${name}-${program}-role-binding`,
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
          subjects: [subjectOf(account)],
        },
        inCluster,
      );
      return account;
    }

    /** The Kubernetes nodes belong to no namespace. */
    function allowKubeletMetrics(account: kubernetes.core.v1.ServiceAccount): void {
      const metadata = { name: `${monitoringNamespace}-prometheus`, labels: programLabels("prometheus") };
      const role = new kubernetes.rbac.v1.ClusterRole(
        `${name}-kubelet-metrics`,
        {
          metadata,
          rules: [
            { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
            { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
          ],
        },
        inCluster,
      );
      new kubernetes.rbac.v1.ClusterRoleBinding(
        `${name}-kubelet-metrics-binding`,
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
          subjects: [subjectOf(account)],
        },
        inCluster,
      );
    }

    function subjectOf({ metadata }: kubernetes.core.v1.ServiceAccount) {
      return { kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace };
    }

    function createPasswordSecret(): kubernetes.core.v1.Secret {
      return new kubernetes.core.v1.Secret(
        `${name}-grafana-admin`,
        {
          metadata: {
            name: "grafana-admin",
            namespace: namespace.metadata.name,
            labels: programLabels("grafana"),
          },
          stringData: { password: password.password },
        },
        contents,
      );
    }

    function createProgram(program: OwnProgramArgs): void {
      new MonitoringProgram(
        `${name}-${program.program}`,
        {
          ...program,
          image: imageOf(args.registry, program.program),
          namespace: namespace.metadata.name,
          deletedWith: namespace,
        },
        inCluster,
      );
    }

    function prometheus(): OwnProgramArgs {
      const rules = alertRules({
        validators: args.networkValidators,
        blockPeriodSeconds: args.blockPeriodSeconds,
        requestTimeoutSeconds: args.requestTimeoutSeconds,
        namespaces: [besuNamespace, monitoringNamespace],
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
          `--storage.tsdb.retention.time=${args.metrics.days}d`,
        ],
        config: {
          path: "/etc/prometheus",
          files: { "prometheus.yml": stringify(prometheusConfig(place)), [RULES_FILE]: stringify(rules) },
          isSecret: false,
        },
        data: {
          path: "/prometheus",
          storage: args.metrics.storage,
          storageClassName: cluster.storageClassName,
        },
        serviceAccount: prometheusAccount.metadata.name,
      };
    }

    function alertmanager(): OwnProgramArgs {
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
          files: { "alertmanager.yml": pulumi.secret(stringify(alertmanagerConfig(args.receiver))) },
          isSecret: true,
        },
        // Silences.
        data: { path: "/alertmanager", storage: "1Gi", storageClassName: cluster.storageClassName },
      };
    }

    function exporter(): OwnProgramArgs {
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
          files: { [EXPORTER_FILE]: exporterSource(), "settings.json": exporterSettings(region, args) },
          isSecret: false,
        },
      };
    }

    function grafana(secret: kubernetes.core.v1.Secret): OwnProgramArgs {
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
          files: provisioning({ ...place, ...pickTimes(args) }),
          isSecret: false,
        },
        // Its database has nothing that it does not get from its files when it starts.
        scratch: ["/var/lib/grafana", "/var/log/grafana"],
        secret: { name: secret.metadata.name, path: "/etc/grafana-admin" },
      };
    }

    function loki(): OwnProgramArgs {
      return {
        program: "loki",
        port: PORTS.loki,
        readyPath: "/ready",
        user: LOKI_USER,
        resources: { cpu: "100m", memory: "512Mi" },
        args: ["-config.file=/etc/loki/loki.yaml"],
        config: {
          path: "/etc/loki",
          files: { "loki.yaml": stringify(lokiConfig(args.logs.days)) },
          isSecret: false,
        },
        data: { path: "/loki", storage: args.logs.storage, storageClassName: cluster.storageClassName },
      };
    }

    function alloy(): OwnProgramArgs {
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
        config: { path: "/etc/alloy", files: { "config.alloy": alloyConfig(place) }, isSecret: false },
        serviceAccount: alloyAccount.metadata.name,
      };
    }
  }
}

/** What programs differ in. */
type OwnProgramArgs = Omit<MonitoringProgramArgs, "image" | "namespace" | "deletedWith">;

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
function exporterSettings(
  region: string,
  { network, validators, rpcNodes }: RegionMonitoringArgs,
): pulumi.Output<string> {
  const namespace = fullName(network, region);
  const services = [
    ...validators.map((_, index) => validatorObjectName(index)),
    ...(rpcNodes > 0 ? ["rpc"] : []),
  ];
  const nodes = services.map((service) => ({
    name: service,
    url: `http://${serviceHosts(service, namespace)[2]}:${RPC_PORT}`,
  }));
  return pulumi.all([...validators]).apply((addresses) => {
    const names = addresses.map((address, index) => [address.toLowerCase(), validatorName(region, index)]);
    const settings: ExporterSettings = { nodes, validators: Object.fromEntries(names) };
    return JSON.stringify(settings);
  });
}

function pickTimes({ blockPeriodSeconds, requestTimeoutSeconds }: MonitoringArgs) {
  return { blockPeriodSeconds, requestTimeoutSeconds };
}
