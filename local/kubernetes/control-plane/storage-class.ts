import type { ApiServer } from "../api/api-server";
import { ApiError } from "../api/errors";

/** The default storage class, as a kind cluster has one: volumes on a claim's first pod, gone with the claim. */
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
