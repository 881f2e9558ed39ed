import { setTimeout as pause } from "node:timers/promises";
import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1Pod,
  type V1StatefulSet,
} from "@kubernetes/client-node";

/** A StatefulSet with one pod. */
export interface StatefulSetPlace {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Deletes the pod of an updated StatefulSet if the controller waits for the pod in vain: before it replaces a pod, the controller
 * waits until the pod is ready, which a pod with a bad image or a bad option never is. Returns at the signal.
 *
 * Needs the verb `delete` on pods.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export async function replaceStuckPod(
  { config, namespace, name }: StatefulSetPlace,
  signal: AbortSignal,
): Promise<void> {
  const [apps, core] = [config.makeApiClient(AppsV1Api), config.makeApiClient(CoreV1Api)];
  const pod = `${name}-0`;
  while (!signal.aborted) {
    try {
      const set = await apps.readNamespacedStatefulSet({ namespace, name });
      const present = await core.readNamespacedPod({ namespace, name: pod });
      const uid = present.metadata?.uid;
      if (isStuck(set, present) && uid !== undefined && !signal.aborted) {
        await core.deleteNamespacedPod({ namespace, name: pod, body: { preconditions: { uid } } });
      }
    } catch {
      // A pod that is gone is not stuck. If the cluster does not answer, it is asked again.
    }
    await pause(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

const POLL_MILLISECONDS = 1_000;

/**
 * Whether a pod keeps its StatefulSet from being updated: the controller has seen the update (`observedGeneration`), the pod is of
 * the revision before, and it is not ready.
 */
export function isStuck({ metadata, status }: V1StatefulSet, pod: V1Pod): boolean {
  const { deletionTimestamp, labels } = pod.metadata ?? {};
  const isReady =
    pod.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
  return (
    status?.updateRevision !== undefined &&
    (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    deletionTimestamp === undefined &&
    labels?.[REVISION_LABEL] !== status.updateRevision &&
    !isReady
  );
}

/** StatefulSetRevisionLabel in staging/src/k8s.io/api/apps/v1/types.go of https://github.com/kubernetes/kubernetes */
const REVISION_LABEL = "controller-revision-hash";
