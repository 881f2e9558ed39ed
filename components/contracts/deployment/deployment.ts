import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { LibraryAddresses } from "../build/artifact";
import type { DeploymentMethod } from "../definitions/definitions";
import type { TransactionResourceArgs } from "../lane/transaction-resource-args";

/** Arguments of a ForgeDeployment. */
export interface ForgeDeploymentArgs extends TransactionResourceArgs {
  /** The deployment's name, unique on its chain. @example "CCIPRouter" */
  readonly deployment: string;
  /** The contract's name in contracts/src. */
  readonly contract: string;
  /** Hash of the sources of the build whose artifact is sent. The code itself is not in the state. */
  readonly build: string;
  readonly method: DeploymentMethod;
  /** Wei that the constructor gets, as decimal text. @default "0" */
  readonly value?: string;
  /** The addresses of the libraries in the code, by source and name. */
  readonly libraries?: pulumi.Input<LibraryAddresses>;
  /** The creation in words. @example "OracleProxy(owner: 0x…, aggregator: 0x…)" */
  readonly description: pulumi.Input<string>;
  /** The constructor's arguments, ABI-encoded. */
  readonly encodedArguments: pulumi.Input<Hex>;
  /** keccak256 of the creation code with the arguments, from which the address follows. `0x` for an existing contract. */
  readonly initCodeHash: pulumi.Input<Hex>;
  /** The address in the plan. Absent if the sender's nonce decides the address. */
  readonly plannedAddress?: pulumi.Input<Address> | undefined;
  /** The addresses of the deployments of the same chain that the constructor may call, by name. */
  readonly after: Readonly<Record<string, pulumi.Input<Address>>>;
}

/**
 * One contract on one chain. A contract that the chain has already is adopted without a transaction, so a run that was
 * killed and a state that was lost cost nothing. Deleting the resource leaves the contract on the chain, because
 * nothing can remove it.
 */
export class ForgeDeployment extends DynamicResource {
  declare readonly address: pulumi.Output<Address>;
  /** The transaction that created the contract. Empty if the contract existed or the node no longer knows the transaction. */
  declare readonly transaction: pulumi.Output<Hash | "">;
  /** The block of that transaction; 0 if the transaction is unknown. */
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
