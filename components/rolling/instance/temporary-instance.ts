import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { Release } from "../plan/release";

/** Arguments of a TemporaryInstance. */
export interface TemporaryInstanceArgs {
  readonly region: string;
  readonly release: Release;
  /** The groups for which the instance is launched, for its name and for messages. */
  readonly groups: readonly string[];
  /** The roles for which the instance is deployed. Other roles need another instance. */
  readonly roles: readonly string[];
  readonly sourceImage: string;
  readonly launchFrom: {
    readonly templateId: string;
    readonly version: number;
    readonly subnetId?: string | undefined;
  };
  /** Parameters of RunInstances, in AWS's spelling, that replace those of the launch template. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Which address of the instance is used for SSH. */
  readonly address: "private" | "public";
}

/**
 * The instance on which a release is deployed and from which its image is made. The image's creation terminates it; the
 * resource stays in the state so that a later run does not launch it again.
 */
export class TemporaryInstance extends DynamicResource {
  declare readonly instanceId: pulumi.Output<string>;
  /** The address for SSH. */
  declare readonly host: pulumi.Output<string>;

  constructor(name: string, args: TemporaryInstanceArgs, opts?: pulumi.CustomResourceOptions) {
    super("TemporaryInstance", name, { ...args, instanceId: undefined, host: undefined }, opts);
  }
}
