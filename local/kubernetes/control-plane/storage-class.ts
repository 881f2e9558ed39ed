import { accepting, type Cluster } from "./cluster";

/** Creates kind's default storage class: a volume is created when the claim's first pod is scheduled, and deleted with the claim. */
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
        provisioner: "rancher.io/local-path",
        reclaimPolicy: "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
      },
    }),
  );
}
