import { ChainfleetError } from "../../error";

/** The fields of a StatefulSet that say whether it is ready. */
export interface ObservedStatefulSet {
  readonly metadata?: { readonly generation?: number | undefined } | undefined;
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
  readonly status?:
    | {
        readonly observedGeneration?: number | undefined;
        readonly readyReplicas?: number | undefined;
        readonly updatedReplicas?: number | undefined;
      }
    | undefined;
}

/**
 * Why a StatefulSet is not ready, as the end of a sentence that begins with its name; undefined if it is ready. The rules
 * are those of `kubectl rollout status` (StatefulSetStatusViewer in https://github.com/kubernetes/kubectl).
 */
export function unreadiness({ metadata, spec, status }: ObservedStatefulSet): string | undefined {
  const { replicas = 1 } = spec ?? {};
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0 } = status ?? {};
  if (observedGeneration < (metadata?.generation ?? 0)) {
    return "has a change that its controller has not seen yet";
  }
  if (readyReplicas < replicas) {
    return `has ${readyReplicas} of ${replicas} pods ready`;
  }
  return updatedReplicas < replicas ? `has ${updatedReplicas} of ${replicas} pods updated` : undefined;
}

/** A node that is not ready. */
export interface UnreadyNode {
  readonly region: string;
  readonly statefulSet: string;
  /** Completes a sentence that begins with the name of the StatefulSet. */
  readonly problem: string;
}

/** The failure of a wave whose nodes did not become ready in time. */
export function unhealthyWave(
  { wave, next }: { readonly wave: number; readonly next: readonly string[] },
  unready: readonly UnreadyNode[],
  seconds: number,
): ChainfleetError {
  const list = unready.map(
    ({ region, statefulSet, problem }) => `  ${region}: the StatefulSet ${statefulSet} ${problem}`,
  );
  return new ChainfleetError({
    code: "WAVE_UNHEALTHY",
    summary: `Wave ${wave} of the rollout is not healthy: ${unready.length} of its nodes were not ready after ${seconds} seconds, so the next wave (${next.join(", ")}) was not touched.\n${list.join("\n")}`,
    next: "Repair the nodes, then run again. The run continues with the next wave once all nodes are ready.",
  });
}
