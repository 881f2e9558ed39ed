import { ApiException, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import type { PodPlace } from "./pod-connection";

/** What is said of a node without a pod: somebody has stopped it, or its pod is about to be created. An update does not start it. */
export const NO_POD = "does not answer: it has no pod";

/**
 * Why Besu does not run in a pod, as the end of a sentence that begins with the node's name; undefined if it runs, or if the
 * cluster does not say. `NO_POD` if there is no pod.
 *
 * Needs the verb `get` on pods.
 */
export async function containerEnd({ config, namespace, pod }: PodPlace): Promise<string | undefined> {
  try {
    return endOf(await config.makeApiClient(CoreV1Api).readNamespacedPod({ namespace, name: pod }));
  } catch (error) {
    return error instanceof ApiException && error.code === 404 ? NO_POD : undefined;
  }
}

/**
 * A pod without a machine, or evicted, has no statuses of containers, and a container that the kubelet cannot start waits: for its
 * image, or until it may be started again. The status of a pod whose machine is lost stays as it was.
 */
export function endOf({ status }: Pick<V1Pod, "status">): string | undefined {
  const besu = status?.containerStatuses?.find(({ name }) => name === BESU_CONTAINER);
  if (besu === undefined) {
    return status?.phase === undefined || status.phase === "Running"
      ? undefined
      : `does not run: its pod is ${status.reason ?? status.phase}`;
  }
  const { running, waiting, terminated } = besu.state ?? {};
  const reason = waiting?.reason ?? terminated?.reason;
  return running !== undefined || reason === undefined ? undefined : `does not run: ${reason}`;
}

/** Name of the container of a node's pod in which Besu runs. */
const BESU_CONTAINER = "besu";
