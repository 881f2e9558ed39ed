import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../dynamic-resource";
import type { ChainParameters } from "./genesis";

/**
 * The parameters of a chain, watched over: once made they never change. A config that would change one is
 * refused by this resource's check. It is registered before anything else and awaited, so that a refusal comes
 * before anything is touched.
 */
export class Chain extends DynamicResource {
  /** The parameters that the chain lives with. */
  declare readonly parameters: pulumi.Output<ChainParameters>;

  constructor(name: string, parameters: ChainParameters, opts?: pulumi.CustomResourceOptions) {
    super("Chain", name, { parameters }, opts);
  }
}

/** What a genesis is made from. */
export interface GenesisArgs {
  readonly parameters: pulumi.Input<ChainParameters>;
  /**
   * The validators at the time of the first `up`, in any order. Later ones are in no genesis: they start as
   * full nodes and are voted in. A change of this list changes nothing.
   */
  readonly validators: pulumi.Input<pulumi.Input<Address>[]>;
}

/** The one genesis of a network, made once. */
export class Genesis extends DynamicResource {
  /** The genesis file as Besu reads it: JSON text. */
  declare readonly file: pulumi.Output<string>;
  /** Hash of the genesis block. */
  declare readonly hash: pulumi.Output<Hex>;
  /** The validators in it, ascending. */
  declare readonly genesisValidators: pulumi.Output<Address[]>;

  constructor(name: string, args: GenesisArgs, opts?: pulumi.CustomResourceOptions) {
    super("Genesis", name, { ...args, file: undefined, hash: undefined, genesisValidators: undefined }, opts);
  }
}
