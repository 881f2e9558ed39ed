import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../../dynamic-resource";
import type { Software } from "../release/release";
import type { ChainParameters } from "./genesis";

/** Whether a cloud keeps a disk when the disk's volume claim is deleted. */
export type ReclaimPolicy = "Retain" | "Delete";

/** What a chain is and runs, as far as a change can be refused once the chain exists. */
export interface ChainArgs {
  readonly parameters: ChainParameters;
  /** What the validators run. */
  readonly software: Software;
  /** The policy of the storage classes. @default no storage class is created */
  readonly reclaimPolicy?: ReclaimPolicy;
  /** Whether each region has a stack of its own. @default everything is in one stack */
  readonly sharding?: Sharding;
}

/** How a network is spread over stacks. */
export type Sharding = "region";

/**
 * What is fixed or restricted once a chain exists: the parameters in its genesis block, the policy of its disks, and the
 * Besu releases to which its validators can change. The check of this resource refuses a config that changes what cannot
 * change. The network stack registers this resource first and waits for the check, so that a refused config changes no
 * other resource.
 */
export class Chain extends DynamicResource {
  /** The parameters in the chain's genesis block. */
  declare readonly parameters: pulumi.Output<ChainParameters>;

  constructor(name: string, args: ChainArgs, opts?: pulumi.CustomResourceOptions) {
    super("Chain", name, { ...args }, opts);
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
