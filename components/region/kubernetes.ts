import * as pulumi from "@pulumi/pulumi";
import type { P2pEndpoint, Region } from ".";

/** What is known of a region on an existing cluster. */
export interface KubernetesRegionArgs {
  /** The address of each validator's P2P port. @default each validator's Service has its cluster IP */
  readonly p2pAddresses?: readonly string[] | undefined;
  readonly validators: number;
}

/** A region on a cluster that is there already: it has addresses and nothing to make. */
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
