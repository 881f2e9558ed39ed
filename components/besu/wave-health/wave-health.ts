import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";

/** The arguments of the check of a wave's health. */
export interface WaveHealthArgs {
  /** Number of the wave, from 1. */
  readonly wave: number;
  readonly regions: readonly WaveRegionArgs[];
  /** The names of the regions of the next wave. A change of the list repeats the check. */
  readonly next: readonly string[];
}

/** The nodes of a region of the wave. */
export interface WaveRegionArgs {
  /** Name of the region. */
  readonly name: string;
  /** The content of the kubeconfig of the region's cluster, or the path of its file as the config has it. */
  readonly kubeconfig: pulumi.Input<string>;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
  readonly namespace: pulumi.Input<string>;
  readonly statefulSets: readonly WaveStatefulSetArgs[];
}

export interface WaveStatefulSetArgs {
  readonly name: pulumi.Input<string>;
  /** `metadata.generation`, which changes with each update. A change repeats the check. */
  readonly generation: pulumi.Input<number>;
}

/**
 * The check between two waves of a rollout. It succeeds when all nodes of the wave are Ready in their clusters at the same
 * time. The clusters and nodes of the next wave depend on this resource, so a wave that fails stops the next.
 *
 * The check is made when the wave is created, whenever a node of the wave is updated, and when the next wave gets other
 * regions. Deleting the resource does nothing.
 */
export class WaveHealth extends DynamicResource {
  constructor(name: string, args: WaveHealthArgs, opts?: pulumi.CustomResourceOptions) {
    super("WaveHealth", name, { ...args }, opts);
  }
}
