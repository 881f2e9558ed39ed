import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkPolicies } from "./network-policies";

/** Whether some policy admits a connection from a namespace to a port of a pod with the role. */
function admits(
  policies: ReturnType<typeof networkPolicies>,
  { from, role, port }: { from: string; role: string; port: number },
): boolean {
  return Object.values(policies).some((policy) => {
    const { podSelector, ingress = [] } = policy as {
      podSelector: { matchLabels?: Record<string, string> };
      ingress?: {
        from?: { namespaceSelector: { matchLabels: Record<string, string> } }[];
        ports: { port: number }[];
      }[];
    };
    const selected = podSelector.matchLabels?.["app.kubernetes.io/component"] ?? role;
    return (
      selected === role &&
      ingress.some(
        (rule) =>
          rule.ports.some((open) => open.port === port) &&
          // By the API's definition a rule without peers admits everybody.
          ((rule.from ?? []).length === 0 ||
            rule.from?.some(
              ({ namespaceSelector }) =>
                namespaceSelector.matchLabels["kubernetes.io/metadata.name"] === from,
            )),
      )
    );
  });
}

describe("the network policies of a namespace", () => {
  it("open the metrics port of every node to the monitoring namespaces, and to no other namespace", () => {
    const names = fc.uniqueArray(fc.constantFrom("monitoring", "kube-system", "observability", "default"));
    fc.assert(
      fc.property(names, fc.constantFrom("validator", "rpc"), (monitoring, role) => {
        const policies = networkPolicies(monitoring);
        for (const from of ["monitoring", "kube-system", "observability", "default"]) {
          expect(admits(policies, { from, role, port: 9545 })).toBe(monitoring.some((name) => name === from));
        }
      }),
    );
  });

  it("open to everybody a validator's P2P port and an RPC node's RPC port, and nothing else", () => {
    const policies = networkPolicies(["monitoring"]);
    const open = ["validator", "rpc"].flatMap((role) =>
      [8545, 8546, 9545, 30303]
        .filter((port) => admits(policies, { from: "anywhere", role, port }))
        .map((port) => `${role} ${port}`),
    );
    expect(open).toEqual(["validator 30303", "rpc 8545"]);
  });
});
