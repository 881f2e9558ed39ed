import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hash, Hex } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { LibraryAddresses } from "../build/artifact";
import type { ExplorerSettings } from "./explorer";
import type { Result } from "./verify";

/** The arguments of a ForgeVerification. */
export interface ForgeVerificationArgs {
  /** `configKey` is the config key of the chain, for messages. @example "chainfleet:contracts.chains.mainnet" */
  readonly chain: { readonly name: string; readonly chainId: number; readonly configKey: string };
  /** The deployment's name, unique on its chain. */
  readonly deployment: string;
  /** Name of the contract in contracts/src. */
  readonly contract: string;
  /** Source hash of the build. */
  readonly build: string;
  readonly address: pulumi.Input<Address>;
  /** The addresses of the libraries in the code, by source and name. */
  readonly libraries?: pulumi.Input<LibraryAddresses>;
  readonly encodedArguments: pulumi.Input<Hex>;
  /** keccak256 of the creation code followed by the arguments; changes with the compiled code. */
  readonly initCodeHash: pulumi.Input<Hex>;
  readonly transaction: pulumi.Input<Hash | "">;
  readonly explorers: readonly ExplorerSettings[];
}

/**
 * Verifies a contract's source at all of its block explorers at the same time. Fails if an explorer refuses, and the
 * error names the explorer and the reason; the next run tries again. No other resource depends on a verification.
 */
export class ForgeVerification extends DynamicResource {
  /** One result for each explorer, in the order of the config. */
  declare readonly results: pulumi.Output<Result[]>;

  constructor(name: string, args: ForgeVerificationArgs, opts?: pulumi.CustomResourceOptions) {
    super("ForgeVerification", name, { ...args, results: undefined }, opts);
  }
}
