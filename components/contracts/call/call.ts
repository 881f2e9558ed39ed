import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { TransactionResourceArgs } from "../lane/transaction-resource-args";
import type { DoneQuestion } from "./done";

/** The arguments of a ContractCall. */
export interface ContractCallArgs extends TransactionResourceArgs {
  /** The call's name, unique on its chain. */
  readonly call: string;
  /** Name in contracts/src of the contract that is called. */
  readonly contract: string;
  /** Source hash of the build whose artifact has the contract's errors. */
  readonly build: string;
  /** The call as a person reads it. @example "CCIPRouter.setLane(destinationChainSelector: 5009297550715157269, enabled: true, fee: 0)" */
  readonly description: pulumi.Input<string>;
  /** The contract that the transaction calls. */
  readonly to: pulumi.Input<Address>;
  readonly data: pulumi.Input<Hex>;
  /** Wei that the transaction transfers, as decimal text. @default "0" */
  readonly value?: string;
  /** How to see on the chain that the call was made. */
  readonly done: pulumi.Input<DoneQuestion>;
}

/** A transaction to a contract; not sent if the chain shows its effect already. Deleting the resource undoes nothing. */
export class ContractCall extends DynamicResource {
  /** The transaction's hash; empty if the chain showed the effect already. */
  declare readonly transaction: pulumi.Output<Hash | "">;
  /** The transaction's block; 0 if no transaction was sent. */
  declare readonly block: pulumi.Output<number>;

  constructor(name: string, args: ContractCallArgs, opts?: pulumi.CustomResourceOptions) {
    super("ContractCall", name, { ...args, transaction: undefined, block: undefined }, opts);
  }
}
