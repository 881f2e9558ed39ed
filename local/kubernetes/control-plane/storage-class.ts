import { accepting, type Cluster } from "./cluster";

/**
 * Creates a default storage class with the properties of kind's: a volume is created when the claim's first pod is scheduled,
 * and deleted with the claim. It can expand, as the classes of CSI drivers can and kind's, whose volumes are folders, cannot.
 */
export async function ensureDefaultStorageClass({ storage }: Cluster): Promise<void> {
  await accepting(
    409,
    storage.createStorageClass({
      body: {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: {
          name: "standard",
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "chainfleet.local/disk",
        reclaimPolicy: "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
    }),
  );
}
