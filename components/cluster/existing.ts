import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { filePath } from "../file-path";
import { type Cluster, PROVIDER_SETTINGS, type ValidatorNodes } from ".";

/** The arguments of an existing cluster. */
export interface ExistingClusterArgs {
  /** Path of the kubeconfig: absolute, from `~`, or relative to the project's root folder. */
  readonly kubeconfig: string;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
  /** Storage class of data volumes. @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

/** A cluster that this program does not create. Validators run on any of its nodes. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  declare readonly context?: string;
  readonly provider: kubernetes.Provider;
  declare readonly storageClassName?: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[] = [];
  readonly zoneSpread = "ScheduleAnyway";
  readonly validatorNodes: ValidatorNodes = { nodeSelector: {}, tolerations: [], dependsOn: [] };

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:ExistingCluster", `${name}-cluster`, {}, opts);
    // The provider gets the path instead of the contents, so that the file's secrets stay out of the state. A relative path
    // stays relative, because the project's absolute path is another one for the next person; the engine starts the plugin
    // in the project's root folder. The plugin takes the home folder from the user database, not from HOME.
    const kubeconfig = args.kubeconfig.startsWith("~") ? filePath(args.kubeconfig) : args.kubeconfig;
    this.kubeconfig = pulumi.output(kubeconfig);
    if (args.context !== undefined) {
      this.context = args.context;
    }
    this.provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig,
        // The region stays on its cluster, whatever address or certificate authority a kubeconfig has for the cluster.
        // Without an identifier the plugin takes a cluster with another address for another cluster, and the engine
        // replaces everything in the cluster, the validators' volumes included.
        clusterIdentifier: name,
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
