import type * as pulumi from "@pulumi/pulumi";

/** A region of any cloud. */
export interface Region extends pulumi.ComponentResource {
  /** The P2P endpoint of each validator, in the order of the validators. */
  readonly p2pEndpoints: readonly P2pEndpoint[];
}

/** The fixed address of a validator's P2P port. */
export interface P2pEndpoint {
  /** The IPv4 address. @default the cluster IP of the validator's P2P Service */
  readonly address?: pulumi.Output<string>;
  /**
   * The availability zone in which the validator's pod must run, as the zone label of Kubernetes nodes names it: its disk is
   * there, and on AWS its address reaches no other zone. @default every zone of the cluster
   */
  readonly zone?: pulumi.Output<string>;
  /** Annotations of the P2P Service that make the cloud's load balancer use the address. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * The address as `spec.loadBalancerIP`, for load balancers without such annotations, for example MetalLB. EKS refuses
   * a Service with `spec.loadBalancerIP`.
   */
  readonly loadBalancerIP?: string;
}
