import type { ApiServer } from "../api/api-server";
import { ApiError } from "../api/errors";

/** Creates kind's default storage class: a volume is created when the claim's first pod is scheduled, and deleted with the claim. */
export async function ensureDefaultStorageClass(api: ApiServer): Promise<void> {
  try {
    await api.request({
      method: "POST",
      path: "/apis/storage.k8s.io/v1/storageclasses",
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
    });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) {
      throw error;
    }
  }
}
