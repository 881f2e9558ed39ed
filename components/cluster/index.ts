import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A Kubernetes cluster, whoever runs it. */
export interface Cluster extends pulumi.ComponentResource {
  /** The cluster's own name, as its cloud shows it. */
  readonly clusterName: pulumi.Output<string>;
  /** Through which everything in the cluster is made. */
  readonly provider: kubernetes.Provider;
  /** What must exist before anything can be made in the cluster. The provider alone does not wait for it. */
  readonly ready: readonly pulumi.Resource[];
  /** The storage class of the nodes' volumes. Undefined: the cluster's default class. */
  readonly storageClassName?: pulumi.Output<string>;
  /** Where the validators run. */
  readonly validatorNodes: ValidatorNodes;
  /**
   * What becomes of a pod that would upset the spread over zones. Nodes that name no zone take no pod at all under
   * `DoNotSchedule`: only where every node is known to have one.
   */
  readonly zoneSpread: "DoNotSchedule" | "ScheduleAnyway";
}

/** What every cluster that we make is made from, whichever cloud runs it. */
export interface ManagedClusterArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** Kubernetes minor version. @example "1.34" */
  readonly kubernetesVersion: string;
  /** No public API endpoint. */
  readonly privateApi: boolean;
  /** Who may reach a public API. Empty: everyone. */
  readonly apiAllowedCidrs: readonly string[];
  /** Number of validators; their node pool has a node for each. */
  readonly validators: number;
  /** Whether disks stay when their claims are deleted. */
  readonly reclaimPolicy: "Retain" | "Delete";
}

/** The nodes kept for validators. */
export interface ValidatorNodes {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { key: string; operator: string; value: string; effect: string }[];
  /** What must exist before a validator can be scheduled. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The label and taint of node pools made for validators: nothing else runs there, and they run nowhere else. */
export const VALIDATOR_POOL = { key: "chainfleet.dev/pool", value: "validators" } as const;

/** The nodes of a pool made for validators. */
export function dedicatedNodes(pool: pulumi.Resource): ValidatorNodes {
  return {
    nodeSelector: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
    tolerations: [{ ...VALIDATOR_POOL, operator: "Equal", effect: "NoSchedule" }],
    dependsOn: [pool],
  };
}

/** Settings of every cluster's provider. */
export const PROVIDER_SETTINGS = {
  enableServerSideApply: true,
  // static-nodes.json changes in place; nodes read it when they start.
  enableConfigMapMutable: true,
} as const;
