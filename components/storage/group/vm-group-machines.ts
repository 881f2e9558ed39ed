import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { VmGroupInputs } from "./vm-group-machines-provider";

/**
 * The machines of a group, with their secrets and volumes: they boot, and run the group's first test at once. The resource
 * exists once all machines have booted, or have failed to: the pool's summary reports a failure.
 */
export class VmGroupMachines extends DynamicResource {
  declare readonly booted: pulumi.Output<boolean>;
  declare readonly error: pulumi.Output<string>;

  constructor(name: string, inputs: VmGroupInputs, opts?: pulumi.CustomResourceOptions) {
    super("VmGroupMachines", name, { ...inputs, booted: undefined, error: undefined }, opts);
  }
}
