import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { Release } from "../plan/release";

/** Arguments of a MachineImage. */
export interface MachineImageArgs {
  readonly region: string;
  readonly release: Release;
  /** The instance from which the image is made. It is stopped first and terminated afterwards. */
  readonly instanceId: pulumi.Input<string>;
  readonly sourceImage: string;
  readonly lineage: string;
  /** Further tags of the image and its snapshots. */
  readonly tags: Readonly<Record<string, string>>;
  /** The time that EC2 has to make the image available. Large volumes take longer. */
  readonly waitSeconds: number;
}

/**
 * The image of a deployed instance. Deleting the resource deletes the image with its snapshots only if no launch template
 * version and no instance uses the image; the images in use are deleted by the retention of a later release.
 */
export class MachineImage extends DynamicResource {
  declare readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: MachineImageArgs, opts?: pulumi.CustomResourceOptions) {
    super("MachineImage", name, { ...args, imageId: undefined }, opts);
  }
}
