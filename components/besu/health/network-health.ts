import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../../engine/dynamic-resource";

/** The arguments of the check of a network's health. */
export interface NetworkHealthArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  readonly genesisHash: pulumi.Input<Hex>;
  readonly blockPeriodSeconds: number;
  /** How long the check waits for a healthy network. */
  readonly timeoutSeconds: number;
  /** The number of peers that each node of a region may lack, by the region. */
  readonly missingPeers: Readonly<Record<string, number>>;
  /**
   * The regions of the network. Empty while it is not known how all nodes are reached, because regions with stacks of their own are
   * still to be run: then nobody is asked, and the last check stands.
   */
  readonly regions: readonly HealthRegionArgs[];
}

/** The nodes of a region. */
export interface HealthRegionArgs {
  /** Name of the region. */
  readonly name: string;
  readonly cloud: string;
  /** The content of the kubeconfig of the region's cluster, or the path of its file as the config has it. */
  readonly kubeconfig: pulumi.Input<string>;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
  readonly namespace: pulumi.Input<string>;
  /** The addresses of the validators, in the order of their numbers. */
  readonly validators: pulumi.Input<readonly Address[]>;
  /** Number of RPC nodes. */
  readonly rpcNodes: number;
  /** What the region's nodes run, as `revisionOf` has it. A change repeats the check. */
  readonly revision: pulumi.Input<string>;
}

/**
 * The health gate: the check of a network that lets what uses its chain wait until the chain can be used. It succeeds when
 * every node of every region answers, has the network's genesis block and its peers, and follows a head that moves, and when
 * every validator with a vote has proposed a block within the last 2N.
 *
 * ```
 * stateful sets of all regions ── network health ── contracts on the network's own chain
 * ```
 *
 * The check is made when the network is created, and whenever its nodes are changed. Deleting the resource does nothing.
 */
export class NetworkHealth extends DynamicResource {
  constructor(name: string, args: NetworkHealthArgs, opts?: pulumi.CustomResourceOptions) {
    super("NetworkHealth", name, { ...args }, opts);
  }
}
