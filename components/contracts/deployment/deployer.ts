import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { TransactionResourceArgs } from "../lane/transaction-resource-args";

/**
 * The deterministic deployer on a chain. If the chain lacks the deployer, its well-known transaction is sent, and the
 * sender pays for that transaction. Most public chains have the deployer already.
 */
export class DeterministicDeployer extends DynamicResource {
  constructor(name: string, args: TransactionResourceArgs, opts?: pulumi.CustomResourceOptions) {
    super("DeterministicDeployer", name, args, opts);
  }
}
