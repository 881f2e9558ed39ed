import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";

/** The arguments of an expansion. */
export interface VolumeExpansionArgs {
  /** Name of the region, for messages. */
  readonly region: string;
  /** The content of the kubeconfig of the region's cluster, or the absolute path of its file. */
  readonly kubeconfig: pulumi.Input<string>;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
  readonly namespace: pulumi.Input<string>;
  /** Name of the StatefulSet whose volume claims are expanded. */
  readonly statefulSet: string;
  /** Name of the StatefulSet's volume claim template. */
  readonly template: string;
  readonly replicas: number;
  /** The size of each volume, as a Kubernetes quantity. */
  readonly storage: string;
}

/**
 * The size of the volumes of a StatefulSet that has existing claims. Kubernetes fixes `volumeClaimTemplates` when it creates a
 * StatefulSet (https://github.com/kubernetes/enhancements/issues/661), so the StatefulSet keeps the size of its first run, and
 * this resource lets the claims grow: those that exist, and those of further replicas.
 *
 * A volume grows while its pod runs. Its storage class must have `allowVolumeExpansion`. Nothing waits for this resource, and
 * deleting it does nothing.
 */
export class VolumeExpansion extends DynamicResource {
  constructor(name: string, args: VolumeExpansionArgs, opts?: pulumi.CustomResourceOptions) {
    super("VolumeExpansion", name, { ...args, templateStorage: undefined }, opts);
  }
}
