import * as pulumi from "@pulumi/pulumi";
import type { Build } from "./build";

/**
 * The compiled contracts, once for all chains: every deployment reads its artifact from this build. The contracts are
 * compiled before the resource is registered, because the plan needs the code to compute addresses. The resource
 * therefore never changes by itself; a new build shows up as changed contracts.
 */
export class ForgeBuild extends pulumi.ComponentResource {
  /** Hash of the sources, the compilers and their settings. */
  readonly sourcesHash: string;

  constructor(name: string, { sourcesHash }: Build, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:contracts:ForgeBuild", name, {}, opts);
    this.sourcesHash = sourcesHash;
    this.registerOutputs({ sourcesHash });
  }
}
