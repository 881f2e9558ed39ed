import type { types } from "@pulumi/kubernetes";
import { roleLabels } from "../besu/role";
import { METRICS_PORT, RPC_PORT } from "../ports";
import { type Program, programLabels } from "./ports";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/**
 * The network policies of the monitoring's namespace by name. Nothing from outside of the namespace reaches a program in it:
 * people come through `kubectl port-forward`, which policies do not concern.
 *
 * @param besuNamespace the namespace of the region's nodes.
 */
export function monitoringPolicies(besuNamespace: string): Record<string, NetworkPolicySpec> {
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "within-monitoring": {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
    },
    "names-out": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    },
    "exporter-to-nodes": {
      podSelector: { matchLabels: programLabels("qbft-exporter") },
      policyTypes: ["Egress"],
      egress: [{ to: [inNamespace(besuNamespace)], ports: [{ protocol: "TCP", port: RPC_PORT }] }],
    },
    // The address and the port of the Kubernetes API differ from cluster to cluster, and the kubelets have the nodes' addresses.
    "prometheus-out": everything("prometheus"),
    "alloy-out": everything("alloy"),
    // Where the receiver of the alerts is.
    "alertmanager-out": everything("alertmanager"),
  };
}

/**
 * The network policies that the monitoring adds to the namespace of the region's nodes, by name: Prometheus reaches the metrics,
 * and the exporter the JSON-RPC of all nodes.
 */
export function nodePolicies(monitoringNamespace: string): Record<string, NetworkPolicySpec> {
  return {
    "metrics-to-prometheus": {
      podSelector: { matchLabels: NODE_LABELS },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ ...inNamespace(monitoringNamespace), podSelector: podsOf("prometheus") }],
          ports: [{ protocol: "TCP", port: METRICS_PORT }],
        },
      ],
    },
    "rpc-to-qbft-exporter": {
      podSelector: { matchLabels: NODE_LABELS },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ ...inNamespace(monitoringNamespace), podSelector: podsOf("qbft-exporter") }],
          ports: [{ protocol: "TCP", port: RPC_PORT }],
        },
      ],
    },
  };
}

const NODE_LABELS = { "app.kubernetes.io/name": roleLabels("validator")["app.kubernetes.io/name"] as string };

function podsOf(program: Program) {
  return { matchLabels: programLabels(program) };
}

function everything(program: Program): NetworkPolicySpec {
  return { podSelector: podsOf(program), policyTypes: ["Egress"], egress: [{}] };
}

/** The API server gives this label to every namespace: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}
