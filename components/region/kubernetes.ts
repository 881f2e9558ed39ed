import * as pulumi from "@pulumi/pulumi";
import type { P2pEndpoint, Region } from ".";

/** The arguments of a region on an existing cluster. */
export interface KubernetesRegionArgs {
  /** The IPv4 address of each validator's P2P port. @default the cluster IP of the validator's P2P Service */
  readonly p2pAddresses?: readonly string[] | undefined;
  /** Number of validators. */
  readonly validators: number;
}

/** A region on an existing cluster. It has P2P addresses and creates no cloud resources. */
export class KubernetesRegion extends pulumi.ComponentResource implements Region {
  readonly p2pEndpoints: readonly P2pEndpoint[];

  constructor(name: string, args: KubernetesRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:region:KubernetesRegion", name, {}, opts);
    this.p2pEndpoints = Array.from({ length: args.validators }, (_, index) => {
      const address = args.p2pAddresses?.[index];
      return address === undefined
        ? { annotations: {} }
        : { address: pulumi.output(address), annotations: {}, loadBalancerIP: address };
    });
    this.registerOutputs({ p2pAddresses: args.p2pAddresses ?? [] });
  }
}
