import { describe, expect, it } from "vitest";
import { networkPolicies } from "../besu/network-policies";
import { roleLabels } from "../besu/role";
import { METRICS_PORT, RPC_PORT } from "../ports";
import { monitoringPolicies, nodePolicies } from "./network-policies";
import { type Program, programLabels } from "./ports";

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}

interface Policy {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** A pod, or what is in no namespace. */
interface Place {
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

const NODES = "chain138-eastus";
const MONITORING = "chain138-eastus-monitoring";
const POLICIES: Readonly<Record<string, Policy[]>> = {
  [NODES]: Object.values({ ...networkPolicies([]), ...nodePolicies(MONITORING) }) as Policy[],
  [MONITORING]: Object.values(monitoringPolicies(NODES)) as Policy[],
};

const program = (name: Program): Place => ({ namespace: MONITORING, labels: programLabels(name) });
const node = (role: "validator" | "rpc"): Place => ({ namespace: NODES, labels: roleLabels(role) });
const stranger: Place = { namespace: "default", labels: programLabels("prometheus") };
const internet: Place = { labels: {} };

/** Whether both sides let a connection through, as https://kubernetes.io/docs/concepts/services-networking/network-policies says. */
function isOpen(from: Place, to: Place, port: number, protocol = "TCP"): boolean {
  return passes("Egress", from, to) && passes("Ingress", to, from);

  function passes(type: "Egress" | "Ingress", own: Place, other: Place): boolean {
    const policies = (own.namespace === undefined ? [] : (POLICIES[own.namespace] ?? [])).filter(
      ({ podSelector, policyTypes }) =>
        policyTypes.includes(type) && has(own.labels, podSelector.matchLabels),
    );
    const rules = policies.flatMap(({ ingress = [], egress = [] }) => (type === "Egress" ? egress : ingress));
    return (
      policies.length === 0 ||
      rules.some(
        ({ from: sources, to: targets, ports }) =>
          ((type === "Egress" ? targets : sources)?.some((peer) => selects(peer, own, other)) ?? true) &&
          (ports?.some((open) => open.port === port && open.protocol === protocol) ?? true),
      )
    );
  }
}

function selects({ namespaceSelector, podSelector }: Peer, own: Place, other: Place): boolean {
  const namespace = namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] ?? own.namespace;
  return other.namespace === namespace && has(other.labels, podSelector?.matchLabels);
}

function has(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

describe("the network policies", () => {
  it("let Prometheus scrape every node, and nobody else", () => {
    for (const role of ["validator", "rpc"] as const) {
      expect(isOpen(program("prometheus"), node(role), METRICS_PORT), role).toBe(true);
      expect(isOpen(program("grafana"), node(role), METRICS_PORT), role).toBe(false);
      expect(isOpen(stranger, node(role), METRICS_PORT), role).toBe(false);
    }
  });

  it("let the exporter ask every node, and keep validators' JSON-RPC from everybody else", () => {
    expect(isOpen(program("qbft-exporter"), node("validator"), RPC_PORT)).toBe(true);
    expect(isOpen(program("qbft-exporter"), node("rpc"), RPC_PORT)).toBe(true);
    expect(isOpen(program("prometheus"), node("validator"), RPC_PORT)).toBe(false);
    expect(isOpen(stranger, node("validator"), RPC_PORT)).toBe(false);
  });

  it("let the programs reach each other and the names of Services", () => {
    expect(isOpen(program("prometheus"), program("alertmanager"), 9093)).toBe(true);
    expect(isOpen(program("grafana"), program("loki"), 3100)).toBe(true);
    expect(isOpen(program("grafana"), { namespace: "kube-system", labels: {} }, 53, "UDP")).toBe(true);
  });

  it("let nothing in from outside, and only those out that have to", () => {
    for (const name of ["prometheus", "alertmanager", "grafana", "loki", "alloy", "qbft-exporter"] as const) {
      expect(isOpen(stranger, program(name), 3000), name).toBe(false);
      expect(isOpen(internet, program(name), 3000), name).toBe(false);
      expect(isOpen(program(name), internet, 443), name).toBe(
        ["prometheus", "alertmanager", "alloy"].includes(name),
      );
    }
  });
});
