import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { Release } from "../plan/release";

/** Arguments of an ImageRetention. */
export interface ImageRetentionArgs {
  readonly region: string;
  readonly release: Release;
}

/**
 * Deletes the images and snapshots in a location that earlier releases of the stack made and that nothing uses any more.
 * One resource does this for all templates of the location, so that each image is looked at, and deleted, once.
 */
export class ImageRetention extends DynamicResource {
  declare readonly deletedImages: pulumi.Output<string[]>;

  constructor(name: string, args: ImageRetentionArgs, opts?: pulumi.CustomResourceOptions) {
    super("ImageRetention", name, { ...args, deletedImages: undefined }, opts);
  }
}
