import * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { validatorKeyName, validatorNames } from "../naming";
import { type Chain, Genesis } from "./genesis/genesis-resource";
import { ValidatorKey } from "./validator-key";

/** The arguments of a network. */
export interface BesuNetworkArgs {
  readonly chain: Chain;
  /** The regions of the network, each with the number of its validators. */
  readonly regions: readonly { readonly name: string; readonly validators: number }[];
  /** Whether votes have changed the chain's validators since its first block. */
  readonly isVoted: boolean;
  /** Hooks that keep a run from making a key for a validator that has one. */
  readonly keyHooks: pulumi.ResourceHookBinding;
}

/**
 * What all regions of a QBFT network share: the validators' keys and the genesis.
 *
 * ```
 * keys of all validators ── genesis (created once)
 * ```
 *
 * The nodes of each region are a `BesuSite`, which may be in a stack of its own.
 */
export class BesuNetwork extends pulumi.ComponentResource {
  /** The content of Besu's genesis file: JSON text. */
  readonly genesisFile: pulumi.Output<string>;
  readonly genesisHash: pulumi.Output<Hex>;
  /** The addresses of the validators in the genesis block, ascending. */
  readonly genesisValidators: pulumi.Output<Address[]>;
  /** Their names by address. Undefined for a network whose first run did not record them. */
  readonly genesisNames: pulumi.Output<Readonly<Record<Address, string>> | undefined>;
  /** The keys of the validators of each region, in the order of `args.regions`. */
  readonly keys: readonly (readonly ValidatorKey[])[];

  constructor(
    name: string,
    { chain, regions, isVoted, keyHooks }: BesuNetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("chainfleet:besu:BesuNetwork", name, {}, opts);
    const parent = { parent: this };
    this.keys = regions.map(({ name: region, validators }) =>
      Array.from(
        { length: validators },
        (_, index) => new ValidatorKey(validatorKeyName(region, index), { ...parent, hooks: keyHooks }),
      ),
    );
    const genesis = new Genesis(
      `${name}-genesis`,
      {
        parameters: chain.parameters,
        validators: this.keys.flat().map(({ address }) => address),
        names: regions.flatMap(validatorNames),
        ...(isVoted ? { isVoted } : {}),
      },
      parent,
    );
    this.genesisFile = genesis.file;
    this.genesisHash = genesis.hash;
    this.genesisValidators = genesis.genesisValidators;
    this.genesisNames = genesis.validatorNames;
    this.registerOutputs({ genesisHash: this.genesisHash, genesisValidators: this.genesisValidators });
  }
}
