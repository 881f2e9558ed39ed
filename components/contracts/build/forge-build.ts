import * as pulumi from "@pulumi/pulumi";
import type { Build } from "./build";

/**
 * The contracts as they were compiled, once for all chains: deployments read the artifacts of this very build. Its
 * work is done before the plan, which needs the code to know addresses; so it is never a change of its own: what a
 * new build changes are contracts.
 */
export class ForgeBuild extends pulumi.ComponentResource {
  /** Of the sources, the packages' versions and the compiler's settings. */
  readonly sourcesHash: string;

  constructor(name: string, { sourcesHash }: Build, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:contracts:ForgeBuild", name, {}, opts);
    this.sourcesHash = sourcesHash;
    this.registerOutputs({ sourcesHash });
  }
}
