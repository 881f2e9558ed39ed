import { expect, it } from "vitest";
import type { KubernetesObject } from "../../support/checkout";
import type { DevNetwork } from "./dev-network";

/** How the Besu pods are confined: pod security, network policies and disruption budgets. */
export function testKubernetesHardening(network: DevNetwork): void {
  const { checkout } = network;

  it("runs every Besu pod under the restricted security level, with probes, limits and few RPC APIs", async () => {
    for (const pod of await network.besuPods()) {
      expect(pod.spec.containers).toHaveLength(1);
      const [container] = pod.spec.containers;
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod.spec.automountServiceAccountToken).toBe(false);
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.requests).toEqual(container.resources.limits);
      expect(container.startupProbe.httpGet.path).toBe("/liveness");
      expect(container.livenessProbe.httpGet.path).toBe("/liveness");
      expect(container.readinessProbe.httpGet.path).toBe("/readiness?minPeers=1&maxBlocksBehind=2");
      expect(container.args).toContain("--rpc-http-api=ETH,NET,WEB3,QBFT");
      expect(container.args.join(" ")).not.toMatch(/cors|allowlist=[^ ]*(\*|all\b)|discovery-enabled=true/);
      const spread = pod.spec.topologySpreadConstraints;
      expect(spread.map(({ topologyKey }: KubernetesObject) => topologyKey)).toEqual([
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
      ]);
    }
  });

  it("admits only P2P traffic to validators, only RPC traffic to RPC nodes, and scrapers to both", async () => {
    const policies = await checkout.objects("apis/networking.k8s.io/v1/networkpolicies");
    const ingress = Object.fromEntries(
      policies
        .filter((policy) => policy.metadata.namespace === "chain138-eastus")
        .map((policy) => [policy.metadata.name, policy.spec.ingress ?? null]),
    );
    expect(ingress).toEqual({
      "default-deny": null,
      "metrics-from-monitoring": [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
          ports: [{ protocol: "TCP", port: 9545 }],
        },
      ],
      "peers-out": null,
      "rpc-only": [{ ports: [{ protocol: "TCP", port: 8545 }] }],
      "validator-p2p-only": [{ ports: [{ protocol: "TCP", port: 30303 }] }],
    });
    const budgets = await checkout.objects("apis/policy/v1/poddisruptionbudgets");
    expect(budgets.map((budget) => budget.spec.maxUnavailable)).toEqual(Array(10).fill(1));
  });

  it("rejects a pod that runs as root in the namespaces of the regions", async () => {
    const levels = (await network.regionNamespaces()).map(
      ({ metadata }) => metadata.labels["pod-security.kubernetes.io/enforce"],
    );
    expect(levels).toEqual(Array(5).fill("restricted"));
    const rejection = await checkout.kubernetes("api/v1/namespaces/chain138-eastus/pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root" },
      spec: { containers: [{ name: "root", image: "busybox", securityContext: { runAsUser: 0 } }] },
    });
    expect(rejection).toMatchObject({ reason: "Forbidden", message: expect.stringContaining("restricted") });
  });
}
