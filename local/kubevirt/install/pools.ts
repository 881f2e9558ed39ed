import type { V1StorageClass } from "@kubernetes/client-node";

/** What a volume of a pool can do at most. */
export interface PoolLimits {
  /** Operations in a second, reads and writes each. */
  readonly iops: number;
  /** 10^6 bytes in a second, reads and writes each. */
  readonly mbps: number;
}

/**
 * The storage classes and the limits of a volume of each. The names are those of IBM Cloud's OpenShift Data Foundation and
 * VPC file storage, which the storage benchmark tests. The limits are inventions: far apart, so that a ranking has one right
 * answer, and so small that two cores and one disk reach the limits of all pools at the same time.
 */
export const POOLS: Readonly<Record<string, PoolLimits>> = {
  "perf-test-sc-rep3": { iops: 800, mbps: 12 },
  "perf-test-sc-rep3-virt": { iops: 1_200, mbps: 16 },
  "perf-test-sc-rep3-enc": { iops: 500, mbps: 8 },
  "perf-test-sc-cephfs-rep3": { iops: 330, mbps: 6 },
  "perf-test-sc-rep2": { iops: 2_000, mbps: 24 },
  "perf-test-sc-cephfs-rep2": { iops: 400, mbps: 9 },
  "perf-test-sc-ec-2-1": { iops: 220, mbps: 4 },
  "ibmc-vpc-file-500-iops": { iops: 150, mbps: 2 },
  "ibmc-vpc-file-3000-iops": { iops: 1_600, mbps: 20 },
};

/** The storage classes of the pools. Their limits are parameters, as in IBM's own file storage classes. */
export function storageClasses(): V1StorageClass[] {
  return Object.entries(POOLS).map(([name, { iops, mbps }]) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "chainfleet.local/disk",
    parameters: { iops: String(iops), mbps: String(mbps) },
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  }));
}

/** The limits in the parameters of a storage class. Undefined: the class has none, and neither has its volume. */
export function limitsOf({ parameters = {} }: V1StorageClass): PoolLimits | undefined {
  const [iops, mbps] = [Number(parameters["iops"]), Number(parameters["mbps"])];
  return iops > 0 && mbps > 0 ? { iops, mbps } : undefined;
}
