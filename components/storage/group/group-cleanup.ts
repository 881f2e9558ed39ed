import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { GroupInputs } from "./group-inputs";

/** Arguments of a GroupCleanup. */
export interface GroupCleanupArgs extends GroupInputs {
  /** When each test of the group has ended. A test that ran again needs a cleanup again. */
  readonly tests: pulumi.Input<readonly string[]>;
}

/** The end of a group: its machines, secrets and volumes are gone. */
export class GroupCleanup extends DynamicResource {
  /** Why objects are left; empty if none is. */
  declare readonly error: pulumi.Output<string>;

  constructor(name: string, args: GroupCleanupArgs, opts?: pulumi.CustomResourceOptions) {
    super("GroupCleanup", name, { ...args, error: undefined }, opts);
  }
}
