import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { roleLabels, SERVICE_ACCOUNT } from "./pod";
import { P2P_PORT, RPC_PORT } from "./ports";

/**
 * The namespace of one region's nodes, closed: the restricted Pod Security level is enforced, and only the P2P
 * port reaches a validator, only the RPC port an RPC node.
 */
export class BesuNamespace extends pulumi.ComponentResource {
  /** The namespace's name, once everything that guards it is there. */
  readonly name: pulumi.Output<string>;

  constructor(name: string, namespaceName: string, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:BesuNamespace", `${name}-namespace`, {}, opts);
    const parent = { parent: this };
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: namespaceName,
          labels: Object.fromEntries(
            ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
          ),
        },
      },
      parent,
    );
    const within = namespace.metadata.name;
    const guards = [
      new kubernetes.core.v1.ServiceAccount(
        `${name}-service-account`,
        { metadata: { name: SERVICE_ACCOUNT, namespace: within }, automountServiceAccountToken: false },
        parent,
      ),
      policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
      policy("validator-p2p-only", {
        podSelector: { matchLabels: roleLabels("validator") },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: P2P_PORT }] }],
      }),
      policy("rpc-only", {
        podSelector: { matchLabels: roleLabels("rpc") },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: RPC_PORT }] }],
      }),
      policy("peers-out", {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ ports: [{ protocol: "TCP", port: P2P_PORT }] }],
      }),
    ];
    // A pod that starts before its policies would be open for that moment.
    this.name = pulumi.all([within, pulumi.all(guards.map(({ id }) => id))]).apply(([ready]) => ready);
    this.registerOutputs({ name: this.name });

    function policy(policyName: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec) {
      return new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        { metadata: { name: policyName, namespace: within }, spec },
        parent,
      );
    }
  }
}
