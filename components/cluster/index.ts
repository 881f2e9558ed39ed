import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A Kubernetes cluster of any cloud. */
export interface Cluster extends pulumi.ComponentResource {
  /** The name of the cluster in its cloud. */
  readonly clusterName: pulumi.Output<string>;
  /** The content of the kubeconfig, or the path of the file that has it as the config has it, for `filePath`. It may be secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The kubeconfig's context to use. Undefined: the current context. */
  readonly context?: string;
  /** The provider of every resource in the cluster. */
  readonly provider: kubernetes.Provider;
  /** The resources that must exist before anything is created in the cluster. The provider does not wait for them. */
  readonly ready: readonly pulumi.Resource[];
  /** The storage class of data volumes. Undefined: the cluster's default class. */
  readonly storageClassName?: pulumi.Output<string>;
  /** The Kubernetes nodes on which validators run. */
  readonly validatorNodes: ValidatorNodes;
  /**
   * What the scheduler does with a pod that would make the spread over zones uneven. `DoNotSchedule` requires that every
   * Kubernetes node has a zone label, because the scheduler then places no pod on a node without one.
   */
  readonly zoneSpread: "DoNotSchedule" | "ScheduleAnyway";
}

/** The Kubernetes nodes on which validators run. */
export interface ValidatorNodes {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { key: string; operator: string; value: string; effect: string }[];
  /** The resources that must exist before a validator can be scheduled. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The settings of every cluster's provider. */
export const PROVIDER_SETTINGS = {
  enableServerSideApply: true,
  // A change of static-nodes.json updates its ConfigMap in place. Besu reads the file when it starts.
  enableConfigMapMutable: true,
} as const;
