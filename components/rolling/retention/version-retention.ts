import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { Release } from "../plan/release";

/** Arguments of a VersionRetention. */
export interface VersionRetentionArgs {
  readonly region: string;
  readonly release: Release;
  readonly template: { readonly id: string; readonly name: string };
  /** The versions that this release has made. */
  readonly newVersions: pulumi.Input<number>[];
  /** How many earlier versions of this release's stack are kept. */
  readonly keep: number;
}

/** Deletes the versions of a launch template that earlier releases made, except the newest ones. */
export class VersionRetention extends DynamicResource {
  declare readonly deletedVersions: pulumi.Output<number[]>;

  constructor(name: string, args: VersionRetentionArgs, opts?: pulumi.CustomResourceOptions) {
    super("VersionRetention", name, { ...args, deletedVersions: undefined }, opts);
  }
}
