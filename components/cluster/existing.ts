import { isAbsolute, join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT_ROOT } from "../root";
import { type Cluster, PROVIDER_SETTINGS, type ValidatorNodes } from ".";

/** How an existing cluster is reached. */
export interface ExistingClusterArgs {
  /** Path of the kubeconfig, absolute or relative to the project. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current context */
  readonly context?: string | undefined;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

/** A cluster that is there already. Its nodes are taken as they are: validators run on any of them. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly provider: kubernetes.Provider;
  declare readonly storageClassName?: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[] = [];
  readonly zoneSpread = "ScheduleAnyway";
  readonly validatorNodes: ValidatorNodes = { nodeSelector: {}, tolerations: [], dependsOn: [] };

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:ExistingCluster", `${name}-cluster`, {}, opts);
    this.provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        // A path, not the contents: whatever secrets the file has stay out of the state.
        kubeconfig: isAbsolute(args.kubeconfig) ? args.kubeconfig : join(PROJECT_ROOT, args.kubeconfig),
        ...(args.context === undefined ? {} : { context: args.context }),
        ...PROVIDER_SETTINGS,
      },
      { parent: this },
    );
    this.clusterName = pulumi.output(args.context ?? name);
    if (args.storageClass !== undefined) {
      this.storageClassName = pulumi.output(args.storageClass);
    }
    this.registerOutputs({ clusterName: this.clusterName });
  }
}
