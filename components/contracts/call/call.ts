import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../dynamic-resource";
import type { OnChain } from "../lane/on-chain";
import type { DoneQuestion } from "./done";

/** What a call is made from. */
export interface ContractCallArgs extends OnChain {
  /** Unique on its chain. */
  readonly call: string;
  /** What it calls, by its name in contracts/src. */
  readonly contract: string;
  /** The sources' hash of the build that knows that contract's errors. */
  readonly build: string;
  /** For people. @example "CCIPRouter.setLane(destinationChainSelector: 5009297550715157269, enabled: true, fee: 0)" */
  readonly description: pulumi.Input<string>;
  readonly to: pulumi.Input<Address>;
  readonly data: pulumi.Input<Hex>;
  readonly done: pulumi.Input<DoneQuestion>;
}

/** A transaction to a contract, made unless the chain shows already what it leads to. Deleting it undoes nothing. */
export class ContractCall extends DynamicResource {
  /** The transaction; empty if the chain showed its effect already. */
  declare readonly transaction: pulumi.Output<Hash | "">;
  /** The block of that transaction; 0 if there is none. */
  declare readonly block: pulumi.Output<number>;

  constructor(name: string, args: ContractCallArgs, opts?: pulumi.CustomResourceOptions) {
    super("ContractCall", name, { ...args, transaction: undefined, block: undefined }, opts);
  }
}
