import type * as pulumi from "@pulumi/pulumi";

/** What of a region the parts above it need, whatever cloud it is on. */
export interface Region extends pulumi.ComponentResource {
  /** Where each validator's P2P port is reached, in the order of the validators. */
  readonly p2pEndpoints: readonly P2pEndpoint[];
}

/** A fixed address for one validator's P2P port. */
export interface P2pEndpoint {
  /** The IPv4 address. Undefined: the cluster IP of the Service is the address. */
  readonly address?: pulumi.Output<string>;
  /** What the cloud's load balancer must be told, as annotations of the Service, to use the address. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * The address as `spec.loadBalancerIP`, for load balancers that know no annotation: MetalLB and others. EKS
   * refuses a Service that has it.
   */
  readonly loadBalancerIP?: string;
}
