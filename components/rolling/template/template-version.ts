import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { Release } from "../plan/release";

/** Arguments of a TemplateVersion. */
export interface TemplateVersionArgs {
  readonly region: string;
  readonly release: Release;
  readonly template: { readonly id: string; readonly name: string };
  /** The version whose other settings the new version takes over. */
  readonly baseVersion: number;
  readonly imageId: pulumi.Input<string>;
}

/**
 * A version of an existing launch template that differs from its base version in the image alone. Deleting the resource
 * leaves the version, because groups use it; the retention of a later release deletes it.
 */
export class TemplateVersion extends DynamicResource {
  declare readonly version: pulumi.Output<number>;

  constructor(name: string, args: TemplateVersionArgs, opts?: pulumi.CustomResourceOptions) {
    super("TemplateVersion", name, { ...args, version: undefined }, opts);
  }
}
