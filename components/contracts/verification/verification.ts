import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../dynamic-resource";
import type { ExplorerSettings } from "./explorer";
import type { Result } from "./verify";

/** What a verification is made from. */
export interface ForgeVerificationArgs {
  readonly chain: { readonly name: string; readonly chainId: number };
  /** The deployment's name on its chain. */
  readonly deployment: string;
  /** Its name in contracts/src. */
  readonly contract: string;
  readonly build: string;
  readonly address: pulumi.Input<Address>;
  readonly encodedArguments: pulumi.Input<Hex>;
  /** keccak256 of the creation code with the arguments: what was compiled. */
  readonly initCodeHash: pulumi.Input<Hex>;
  readonly transaction: pulumi.Input<Hash | "">;
  readonly explorers: readonly ExplorerSettings[];
}

/**
 * A contract's source at block explorers, all at the same time. It fails when one of them refuses, and says which and
 * why; then the next run tries again. Nothing depends on it.
 */
export class ForgeVerification extends DynamicResource {
  /** One for each explorer, in the order of the config. */
  declare readonly results: pulumi.Output<Result[]>;

  constructor(name: string, args: ForgeVerificationArgs, opts?: pulumi.CustomResourceOptions) {
    super("ForgeVerification", name, { ...args, results: undefined }, opts);
  }
}
