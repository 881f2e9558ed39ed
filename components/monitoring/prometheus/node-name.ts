/**
 * The relabelling that gives what comes from a pod the name of its node in the stack: `eastus-validator-0` for the pod
 * `validator-0-0` of the region eastus, and `eastus-rpc-0` for the pod `rpc-0`.
 */
export function nodeNameRules(region: string): readonly RelabelRule[] {
  const fromPod = { source_labels: ["__meta_kubernetes_pod_name"], target_label: "node" };
  return [
    { ...fromPod, regex: "(.+)", replacement: `${region}-$1` },
    // A validator is a StatefulSet of one pod.
    { ...fromPod, regex: "(validator-\\d+)-0", replacement: `${region}-$1` },
  ];
}

export interface RelabelRule {
  readonly source_labels: readonly string[];
  readonly target_label: string;
  readonly regex: string;
  readonly replacement: string;
}
