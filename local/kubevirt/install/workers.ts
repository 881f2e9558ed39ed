import { LOCAL_CLUSTER } from "../../kubernetes/control-plane/node-admission";
import { kwokNode, type NamedNode } from "../../kubernetes/kwok-node";

/** Allocatable resources of each worker. */
const ALLOCATABLE = { cpu: "16", memory: "64Gi", "ephemeral-storage": "1Ti", pods: "250" };

/**
 * Three worker nodes for virtual machines. Only these have the label `kubevirt.io/schedulable`, which virt-handler gives to a
 * node that can run virtual machines and virt-controller's pods select.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/services/nodeselectorrenderer.go
 */
export function workerNodes(): NamedNode[] {
  return [0, 1, 2].map((index) => {
    const node = kwokNode({
      name: `worker-${index}`,
      cluster: LOCAL_CLUSTER,
      labels: {
        "node-role.kubernetes.io/worker": "",
        "node.kubernetes.io/instance-type": "local",
        [SCHEDULABLE]: "true",
      },
      spec: {},
      internalIp: `10.1.0.${index + 1}`,
      kubeletVersion: "v1.36.3",
    });
    return { ...node, status: { ...node.status, capacity: ALLOCATABLE, allocatable: ALLOCATABLE } };
  });
}

/** The label of nodes on which KubeVirt runs virtual machines. */
export const SCHEDULABLE = "kubevirt.io/schedulable";
