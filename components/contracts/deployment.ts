import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../dynamic-resource";
import type { ChainSettings } from "./lane/chain";

/** A chain as deployments reach it. */
export interface DeploymentChain extends Omit<ChainSettings, "rpcUrl" | "feeCeiling"> {
  /** Secret: it often has a key in it. */
  readonly rpcUrl: string;
  /** Most that is ever offered for a unit of gas, in gwei. */
  readonly feeCeilingGwei: number;
}

/** What a deployment is made from. */
export interface ForgeDeploymentArgs {
  readonly chain: pulumi.Input<DeploymentChain>;
  /** The environment variable that has the sender's private key. The key itself is in no state. */
  readonly keyVariable: string;
  /** Unique on its chain. @example "CCIPRouter" */
  readonly contract: string;
  /** Where the plan says it will be. */
  readonly address: Address;
  readonly salt: Hex;
  /** The artifact's file, from the project's root: its code is read when it is sent, and is not in the state. */
  readonly artifact: string;
  /** The constructor's arguments, ABI-encoded. */
  readonly encodedArguments: Hex;
  /** keccak256 of the creation code with the arguments: what the address follows from. */
  readonly initCodeHash: Hex;
  /** Contracts of the same chain that its constructor calls. */
  readonly after: readonly string[];
}

/**
 * One contract on one chain, at the address that its plan says. If it is there already it is taken over without a
 * transaction; so a run that was killed, and a state that was lost, cost nothing. Deleting the resource leaves the
 * contract where it is, as nothing can take it away.
 */
export class ForgeDeployment extends DynamicResource {
  declare readonly address: pulumi.Output<Address>;
  /** The transaction that made it; empty if it was there already. */
  declare readonly transaction: pulumi.Output<Hash | "">;
  /** The block of that transaction; 0 if it was there already. */
  declare readonly block: pulumi.Output<number>;

  constructor(name: string, args: ForgeDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      { type: "ForgeDeployment", module: "components/contracts/deployment-provider" },
      name,
      { ...args, transaction: undefined, block: undefined },
      opts,
    );
  }
}
