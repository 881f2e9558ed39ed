import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { TestInputs, TestOutcome } from "./run-test";

/** A test of the matrix. The resource exists once the test has run, whether the test passed or not. */
export class FioTest extends DynamicResource {
  declare readonly outcome: pulumi.Output<TestOutcome["outcome"]>;
  declare readonly error: pulumi.Output<string>;
  declare readonly endedAt: pulumi.Output<string>;

  constructor(name: string, inputs: TestInputs, opts?: pulumi.CustomResourceOptions) {
    super("FioTest", name, { ...inputs, outcome: undefined, error: undefined, endedAt: undefined }, opts);
  }
}
