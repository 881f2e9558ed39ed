import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fullName } from "../naming";
import { PROVIDER_SETTINGS, type ValidatorNodes } from ".";
import { apiServerOf } from "./kubeconfig";

/** The arguments that every cluster which this program creates has in common. */
export interface ManagedClusterArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** Kubernetes minor version. @example "1.35" */
  readonly kubernetesVersion: string;
  /** True if the API server has no public endpoint. */
  readonly privateApi: boolean;
  /** The IPv4 blocks from which a public API endpoint can be reached. Empty: from everywhere. */
  readonly apiAllowedCidrs: readonly string[];
  /** Number of machines for validators, one for each. */
  readonly validatorMachines: number;
  /** Hooks that limit how many clusters are updated at once, because an update may replace the nodes of validators. */
  readonly updateHooks: pulumi.ResourceHookBinding;
  /** Whether a disk is kept when its volume claim is deleted. */
  readonly reclaimPolicy: "Retain" | "Delete";
}

/** The label and taint of validator pools: only validators run there, and validators run only there. */
export const VALIDATOR_POOL = { key: "chainfleet.dev/pool", value: "validators" } as const;

/** The Kubernetes nodes of the validator pools of a cluster. */
export function nodesOfValidatorPools(pools: readonly pulumi.Resource[]): ValidatorNodes {
  return {
    nodeSelector: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
    tolerations: [{ ...VALIDATOR_POOL, operator: "Equal", effect: "NoSchedule" }],
    dependsOn: [...pools],
  };
}

/**
 * Creates the Kubernetes provider of a region's cluster.
 *
 * A cluster is known by the address of its API server, which the cloud makes up anew for each cluster. Without an identifier
 * the plugin takes a cluster whose certificate authority was rotated for another cluster, and the engine replaces everything
 * in the cluster, the validators' volumes included.
 * https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_nodejs
 */
export function createProvider(
  region: string,
  kubeconfig: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.Provider {
  const clusterIdentifier = pulumi.unsecret(kubeconfig.apply((text) => apiServerOf(text).server));
  return new kubernetes.Provider(
    `${region}-kubernetes`,
    { kubeconfig, clusterIdentifier, ...PROVIDER_SETTINGS },
    opts,
  );
}

/** The disks of a storage class. */
export interface Disks {
  /** The CSI driver that creates the disks. @example "ebs.csi.aws.com" */
  readonly provisioner: string;
  /** Parameters of the CSI driver. */
  readonly parameters: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Creates the storage class of Besu's data volumes. A disk is created in the zone of the first pod that uses it. */
export function createStorageClass(
  region: string,
  { network, reclaimPolicy }: ManagedClusterArgs,
  { provisioner, parameters }: Disks,
  opts: pulumi.CustomResourceOptions,
): kubernetes.storage.v1.StorageClass {
  return new kubernetes.storage.v1.StorageClass(
    `${region}-storage-class`,
    {
      metadata: { name: fullName(network, region, "besu") },
      provisioner,
      parameters: { ...parameters },
      reclaimPolicy,
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    },
    opts,
  );
}
