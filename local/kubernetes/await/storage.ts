import { text } from "../api/object";
import type { Awaiter } from "./awaiter";

/**
 * A claim is ready when it is bound, or, where its class waits for the first pod that uses it, when it is
 * pending: the pod may be what is made next.
 */
export const persistentVolumeClaim: Awaiter = {
  timeoutSeconds: 300,
  related: [{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }],
  verdict: (object, related) => {
    const phase = text(object, "status", "phase");
    const name = text(object, "spec", "storageClassName");
    const storageClass = related("StorageClass").find((each) => each.metadata.name === name);
    const waits = text(storageClass, "volumeBindingMode") === "WaitForFirstConsumer";
    return phase === "Bound" || (waits && phase === "Pending")
      ? "ready"
      : {
          reasons: [
            `PersistentVolumeClaim is not bound: status.phase is ${phase || "not set"}`,
            ...(storageClass === undefined && name !== "" ? [`StorageClass "${name}" does not exist`] : []),
          ],
        };
  },
};

/** A volume is ready when it is available or bound. */
export const persistentVolume: Awaiter = {
  timeoutSeconds: 300,
  related: [],
  verdict: (object) => {
    const phase = text(object, "status", "phase");
    return phase === "Available" || phase === "Bound"
      ? "ready"
      : {
          reasons: [`PersistentVolume is neither available nor bound: status.phase is ${phase || "not set"}`],
        };
  },
};
