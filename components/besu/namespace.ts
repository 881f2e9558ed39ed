import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { splitOptions } from "../engine/component-options";
import { networkPolicies } from "./network-policies";

/** Name of the ServiceAccount of Besu pods, which has no permissions and no token. */
export const SERVICE_ACCOUNT = "besu";

/** The arguments of a namespace. */
export interface BesuNamespaceArgs {
  /** Name of the Kubernetes object. @example "chain138-eastus" */
  readonly namespaceName: string;
  /** The resources that must exist before anything can be created in the cluster. */
  readonly clusterReady: readonly pulumi.Resource[];
  /** The namespaces whose pods may scrape the nodes' metrics. */
  readonly monitoringNamespaces: readonly string[];
  /** Number of Services with a load balancer in the namespace. */
  readonly loadBalancers: number;
}

/**
 * How long the plugin waits for the deletion of Services with load balancers, or of the namespace that contains them. The
 * cloud's service controller deletes the load balancers of a cluster one after another
 * (https://github.com/kubernetes/kubernetes/pull/54057), each in one to two minutes, while the plugin's default is ten
 * minutes for everything.
 */
export function deletionTimeout(loadBalancers: number): pulumi.CustomTimeouts {
  return { delete: `${10 + 2 * loadBalancers}m` };
}

/**
 * The namespace of one region's nodes. The restricted Pod Security level is enforced. Network policies admit only
 * connections to the P2P port of a validator, to the RPC port of an RPC node, and from monitoring to the metrics ports.
 */
export class BesuNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /**
   * The `deletedWith` option for resources in the namespace: Kubernetes deletes them together with the namespace, so
   * that the engine need not delete each. StatefulSets and volume claims do without the option and are deleted before
   * the namespace, because deleting a namespace takes far longer when pods and disks are left in the namespace.
   */
  readonly deletedWith: pulumi.Resource;
  /** The resources that must exist before a pod starts, so that no pod runs without its network policies. */
  readonly guards: readonly pulumi.Resource[];

  constructor(name: string, args: BesuNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    const { component, contents: inCluster } = splitOptions(opts);
    super("chainfleet:besu:BesuNamespace", `${name}-namespace`, {}, component);
    const parent = { parent: this, ...inCluster };
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.namespaceName,
          labels: Object.fromEntries(
            ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
          ),
        },
      },
      { ...parent, dependsOn: [...args.clusterReady], customTimeouts: deletionTimeout(args.loadBalancers) },
    );
    const createdName = namespace.metadata.name;
    const contents = { ...parent, deletedWith: namespace };
    this.name = createdName;
    this.deletedWith = namespace;
    this.guards = [
      new kubernetes.core.v1.ServiceAccount(
        `${name}-service-account`,
        { metadata: { name: SERVICE_ACCOUNT, namespace: createdName }, automountServiceAccountToken: false },
        contents,
      ),
      ...Object.entries(networkPolicies(args.monitoringNamespaces)).map(([policyName, spec]) =>
        policy(policyName, spec),
      ),
    ];
    this.registerOutputs({ name: this.name });

    function policy(policyName: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec) {
      return new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        { metadata: { name: policyName, namespace: createdName }, spec },
        contents,
      );
    }
  }
}
