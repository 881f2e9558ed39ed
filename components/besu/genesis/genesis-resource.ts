import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { NetworkPlacement } from "../placement/placement";
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
  /** The validators that the config describes, by name. The check remembers those of the first run. */
  readonly validators: readonly string[];
  /** What the nodes stand on. */
  readonly placement: NetworkPlacement;
  /** Whether each region has a stack of its own. @default everything is in one stack */
  readonly sharding?: Sharding;
}

/** How a network is spread over stacks. */
export type Sharding = "region";

/**
 * What is fixed or restricted once a chain exists: the parameters in its genesis block, the policy of its disks, the Besu
 * releases to which its validators can change, what its nodes stand on, and how many of its validators the config may lack. The check of this resource refuses a config that changes what cannot
 * change. The network stack registers this resource first and waits for the check, so that a refused config changes no
 * other resource.
 */
export class Chain extends DynamicResource {
  /** The parameters in the chain's genesis block. */
  declare readonly parameters: pulumi.Output<ChainParameters>;
  /** The validators of the first run, by name. Undefined for a chain whose first run did not record them. */
  declare readonly founders: pulumi.Output<readonly string[] | undefined>;
  /** True from the first run on that added or removed validators: votes then make the chain's validators those of the config. */
  declare readonly isVoted: pulumi.Output<boolean | undefined>;
  /** How many runs have added or removed validators. Undefined until one has. */
  declare readonly validatorChanges: pulumi.Output<number | undefined>;
  /**
   * The machines of validator pools that this run does not make smaller, by the region's name, because their validators are still to be
   * voted out. Undefined if there are none.
   */
  declare readonly keptMachines: pulumi.Output<Readonly<Record<string, number>> | undefined>;

  constructor(name: string, args: ChainArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "Chain",
      name,
      {
        ...args,
        founders: undefined,
        isVoted: undefined,
        validatorChanges: undefined,
        keptMachines: undefined,
      },
      opts,
    );
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
  /** The names of the validators, in the same order. */
  readonly names: readonly string[];
  /** Present if votes have changed the chain's validators, so that those in the genesis block are not counted any more. */
  readonly isVoted?: true;
}

/**
 * The genesis of a network. It is created once and never changes. As long as nobody has voted, a config that lacks so many of its
 * validators that the others make no quorum is refused here too, by the validators' addresses: a removed validator that is added
 * again has its name, but a new key and no vote.
 */
export class Genesis extends DynamicResource {
  /** The content of Besu's genesis file: JSON text. */
  declare readonly file: pulumi.Output<string>;
  /** Hash of the genesis block. */
  declare readonly hash: pulumi.Output<Hex>;
  /** The addresses of the validators in the genesis block, ascending. */
  declare readonly genesisValidators: pulumi.Output<Address[]>;
  /** Their names by address. Undefined in a state from before the names were recorded. */
  declare readonly validatorNames: pulumi.Output<Readonly<Record<Address, string>> | undefined>;

  constructor(name: string, args: GenesisArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "Genesis",
      name,
      { ...args, file: undefined, hash: undefined, genesisValidators: undefined, validatorNames: undefined },
      opts,
    );
  }
}
