import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../dynamic-resource";
import type { OnChain } from "../lane/on-chain";

/**
 * The deterministic deployer on a chain: put there if the chain lacks it, by its well-known transaction, which the
 * sender pays for. One exists on most public chains.
 */
export class DeterministicDeployer extends DynamicResource {
  constructor(name: string, args: OnChain, opts?: pulumi.CustomResourceOptions) {
    super("DeterministicDeployer", name, args, opts);
  }
}
