import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../dynamic-resource";
import type { ChainParameters } from "./genesis";

/**
 * The parameters of a chain, which are fixed once the chain exists: the check of this resource refuses a config that
 * changes one. The network stack registers this resource first and waits for the check, so that a refused config
 * changes no other resource.
 */
export class Chain extends DynamicResource {
  /** The parameters in the chain's genesis block. */
  declare readonly parameters: pulumi.Output<ChainParameters>;

  constructor(name: string, parameters: ChainParameters, opts?: pulumi.CustomResourceOptions) {
    super("Chain", name, { parameters }, opts);
  }
}

/** The arguments of a genesis. */
export interface GenesisArgs {
  readonly parameters: pulumi.Input<ChainParameters>;
  /**
   * The validators at the time of the first `up`, in any order. Validators that are added later start as full nodes
   * and are voted in; adding one to this list has no effect on the genesis.
   */
  readonly validators: pulumi.Input<pulumi.Input<Address>[]>;
}

/** The genesis of a network. It is created once and never changes. */
export class Genesis extends DynamicResource {
  /** The content of Besu's genesis file: JSON text. */
  declare readonly file: pulumi.Output<string>;
  /** Hash of the genesis block. */
  declare readonly hash: pulumi.Output<Hex>;
  /** The addresses of the validators in the genesis block, ascending. */
  declare readonly genesisValidators: pulumi.Output<Address[]>;

  constructor(name: string, args: GenesisArgs, opts?: pulumi.CustomResourceOptions) {
    super("Genesis", name, { ...args, file: undefined, hash: undefined, genesisValidators: undefined }, opts);
  }
}
