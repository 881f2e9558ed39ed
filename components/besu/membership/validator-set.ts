import type * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { ValidatorSelection } from "../genesis/validator-contract";

/** The arguments of a chain's set of validators. */
export interface ValidatorSetArgs {
  /**
   * The network's regions. Empty while it is not known how all nodes are reached, because regions with stacks of their own are still
   * to be run: then nobody is asked, and the validators stay as they are.
   */
  readonly regions: readonly MemberRegionArgs[];
  /**
   * The number of the config's last change of the validators, from `Chain`. A change that failed may have moved votes, so that
   * the config of the run before is a change as well.
   */
  readonly change: pulumi.Input<number | undefined>;
  /** The chain's validators as long as nobody has been asked. @default none */
  readonly founders?: pulumi.Input<readonly Address[]>;
  /**
   * How the validators vote: in the headers of blocks, or by transactions to the contract that selects them. These are signed with the keys
   * in the Secrets of the regions' clusters, which must have them. @default "blockheader"
   */
  readonly selection?: ValidatorSelection;
}

/** The validators of a region, and how their nodes are reached. */
export interface MemberRegionArgs {
  /** Name of the region. */
  readonly name: string;
  /** The content of the kubeconfig of the region's cluster, or the path of its file as the config has it. */
  readonly kubeconfig: pulumi.Input<string>;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
  readonly namespace: pulumi.Input<string>;
  /** The addresses of the region's validators, in their order. */
  readonly validators: readonly pulumi.Input<Address>[];
}

/**
 * The validators of a living chain, made those of the config by votes: new ones are voted in once they have all blocks, then those
 * that the config does not have any more are voted out, and then the chain is asked whether it has become so.
 *
 * Depends on the StatefulSets of all validators, so that new ones run. Removed validators run on until the program has ended,
 * because the engine deletes at the end, and deletes nothing after a failed program. Deleting the resource changes no validator.
 *
 * A network whose validators are still those of its genesis block does not have the resource.
 */
export class ValidatorSet extends DynamicResource {
  /** The chain's validators, ascending. */
  declare readonly chainValidators: pulumi.Output<Address[]>;
  /** The number of the change that was made last; negative if none was. */
  declare readonly change: pulumi.Output<number | undefined>;

  constructor(name: string, args: ValidatorSetArgs, opts?: pulumi.CustomResourceOptions) {
    super("ValidatorSet", name, { ...args, chainValidators: undefined }, opts);
  }
}
