import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { RefreshSettings } from "./settings";

/** Arguments of an InstanceRefresh. */
export interface InstanceRefreshArgs {
  readonly region: string;
  /** The name of the group in the config, for messages. */
  readonly group: string;
  readonly autoScalingGroup: string;
  readonly template: { readonly id: string; readonly name: string };
  readonly version: pulumi.Input<number>;
  /** The group's mixed instances policy, whose other settings and templates are kept. */
  readonly mixedInstancesPolicy?: object | undefined;
  readonly settings: RefreshSettings;
}

/**
 * An instance refresh: a group replaces its instances by instances of a launch template version. The resource exists once
 * the refresh was successful; any other end is an error.
 */
export class InstanceRefresh extends DynamicResource {
  declare readonly refreshId: pulumi.Output<string>;

  constructor(name: string, args: InstanceRefreshArgs, opts?: pulumi.CustomResourceOptions) {
    super("InstanceRefresh", name, { ...args, refreshId: undefined }, opts);
  }
}
