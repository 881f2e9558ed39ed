import type { types } from "@pulumi/kubernetes";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../ports";
import { roleLabels } from "./role";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/**
 * The network policies of a namespace by name. Only the P2P port of a validator, the RPC port of an RPC node and the metrics
 * ports of both can be reached, and a node reaches only the P2P ports of others.
 *
 * @param monitoringNamespaces the namespaces whose pods may scrape metrics. A name that no namespace has opens nothing.
 */
export function networkPolicies(monitoringNamespaces: readonly string[]): Record<string, NetworkPolicySpec> {
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "validator-p2p-only": {
      podSelector: { matchLabels: roleLabels("validator") },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: P2P_PORT }] }],
    },
    "rpc-only": {
      podSelector: { matchLabels: roleLabels("rpc") },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: RPC_PORT }] }],
    },
    // A rule with an empty list of peers would admit everybody.
    ...(monitoringNamespaces.length === 0
      ? {}
      : {
          "metrics-from-monitoring": {
            podSelector: {},
            policyTypes: ["Ingress"],
            ingress: [
              {
                from: monitoringNamespaces.map((name) => ({
                  namespaceSelector: { matchLabels: nameLabel(name) },
                })),
                ports: [{ protocol: "TCP", port: METRICS_PORT }],
              },
            ],
          },
        }),
    "peers-out": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ ports: [{ protocol: "TCP", port: P2P_PORT }] }],
    },
  };
}

/** The API server gives this label to every namespace: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
function nameLabel(namespace: string): Record<string, string> {
  return { "kubernetes.io/metadata.name": namespace };
}
