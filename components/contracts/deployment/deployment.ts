import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../dynamic-resource";
import type { DeploymentMethod } from "../definitions/definitions";
import type { OnChain } from "../lane/on-chain";

/** What a deployment is made from. */
export interface ForgeDeploymentArgs extends OnChain {
  /** Unique on its chain. @example "CCIPRouter" */
  readonly deployment: string;
  /** Its name in contracts/src. */
  readonly contract: string;
  /** The sources' hash of the build whose artifact is sent: the code itself is not in the state. */
  readonly build: string;
  readonly method: DeploymentMethod;
  /** For people. @example "OracleProxy(owner: 0x…, aggregator: 0x…)" */
  readonly description: pulumi.Input<string>;
  /** The constructor's arguments, ABI-encoded. */
  readonly encodedArguments: pulumi.Input<Hex>;
  /** keccak256 of the creation code with the arguments: what the address follows from. 0x if others made it. */
  readonly initCodeHash: pulumi.Input<Hex>;
  /** Where the plan says it will be; absent where the sender's nonce decides. */
  readonly plannedAddress?: pulumi.Input<Address> | undefined;
  /** Deployments of the same chain that its constructor may call. */
  readonly after: readonly string[];
}

/**
 * One contract on one chain. If it is there already it is taken over without a transaction; so a run that was killed,
 * and a state that was lost, cost nothing. Deleting the resource leaves the contract where it is, as nothing can take
 * it away.
 */
export class ForgeDeployment extends DynamicResource {
  declare readonly address: pulumi.Output<Address>;
  /** The transaction that made it; empty where others made it, or the node does not remember. */
  declare readonly transaction: pulumi.Output<Hash | "">;
  /** The block of that transaction; 0 where it is not known. */
  declare readonly block: pulumi.Output<number>;

  constructor(name: string, args: ForgeDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "ForgeDeployment",
      name,
      { ...args, address: undefined, transaction: undefined, block: undefined },
      opts,
    );
  }
}
