import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Cluster } from "../cluster";
import { fullName } from "../naming";
import { GrafanaPassword } from "./grafana/grafana-password";
import { imageOf } from "./images";
import { monitoringPolicies, nodePolicies } from "./network-policies";
import { NodeReader } from "./node-reader";
import { type Program, programLabels } from "./ports";
import { MonitoringProgram } from "./program";
import * as programs from "./programs";

/** The arguments of a region's monitoring. */
export interface RegionMonitoringArgs extends programs.MonitoringSettings {
  /** The registry of the images. @example "docker.io" */
  readonly registry: string;
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
    const monitored = {
      ...args,
      region,
      besuNamespace,
      monitoringNamespace,
      storageClassName: cluster.storageClassName,
    };

    const namespace = createNamespace();
    const contents = { ...inCluster, deletedWith: namespace };
    createPolicies();
    const metricsReader = createReader("prometheus", ["pods"]);
    allowKubeletMetrics(metricsReader);
    const logsReader = createReader("alloy", ["pods", "pods/log"]);
    const password = new GrafanaPassword(`${name}-grafana-password`, { parent: this });
    createProgram(programs.prometheus(monitored, metricsReader.account));
    createProgram(programs.alertmanager(monitored));
    createProgram(programs.exporter(monitored));
    createProgram(programs.grafana(monitored, createPasswordSecret()));
    createProgram(programs.loki(monitored));
    createProgram(programs.alloy(monitored, logsReader.account));
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

    function createReader(program: Program, resources: readonly string[]): NodeReader {
      return new NodeReader(
        `${name}-${program}`,
        { program, namespace, besuNamespace: args.besuNamespace, resources },
        inCluster,
      );
    }

    /** The Kubernetes nodes belong to no namespace. */
    function allowKubeletMetrics({ subject }: NodeReader): void {
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
          subjects: [subject],
        },
        inCluster,
      );
    }

    function createPasswordSecret(): pulumi.Output<string> {
      const { metadata } = new kubernetes.core.v1.Secret(
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
      return metadata.name;
    }

    function createProgram(program: programs.ProgramSettings): void {
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
  }
}
