import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { P2P_PORT, RPC_PORT } from "../ports";
import { roleLabels } from "./role";

/** The ServiceAccount of Besu pods: no rights, no token. */
export const SERVICE_ACCOUNT = "besu";

/**
 * The namespace of one region's nodes, closed: the restricted Pod Security level is enforced, and only the P2P
 * port reaches a validator, only the RPC port an RPC node.
 */
export class BesuNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /**
   * For the options of what is made in the namespace: deleting it deletes them, so that nobody need do it one by
   * one. Pods and their disks alone are deleted first: a namespace that has to wait for them takes far longer.
   */
  readonly deletedWith: pulumi.Resource;
  /** What must be there before a pod: one that started earlier would be open for that moment. */
  readonly guards: readonly pulumi.Resource[];

  /** @param after what must exist before anything can be made in the cluster. */
  constructor(
    name: string,
    namespaceName: string,
    after: readonly pulumi.Resource[],
    opts: pulumi.ComponentResourceOptions,
  ) {
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
      { ...parent, dependsOn: [...after] },
    );
    const within = namespace.metadata.name;
    const contents = { ...parent, deletedWith: namespace };
    this.name = within;
    this.deletedWith = namespace;
    this.guards = [
      new kubernetes.core.v1.ServiceAccount(
        `${name}-service-account`,
        { metadata: { name: SERVICE_ACCOUNT, namespace: within }, automountServiceAccountToken: false },
        contents,
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
    this.registerOutputs({ name: this.name });

    function policy(policyName: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec) {
      return new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        { metadata: { name: policyName, namespace: within }, spec },
        contents,
      );
    }
  }
}
