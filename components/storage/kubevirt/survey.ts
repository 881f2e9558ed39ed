import { ChainfleetError } from "../../error";
import type { Finding } from "../../finding";
import { quantityValue } from "../../quantity";
import type { Allocatable } from "../plan/capacity";
import type { Environment } from "../results/records";
import { type Cluster, reasonOf, statusOf, unlessMissing } from "./cluster";

/** A pool of storage, by the storage class that makes its volumes. */
export interface StoragePool {
  readonly name: string;
  readonly storageClass: string;
  /** Whether machines get the volume as a raw device, or as a file in a file system that the node mounts. */
  readonly volumeMode: "Block" | "Filesystem";
}

/** What the cluster says before anything is created. */
export interface ClusterSurvey {
  readonly environment: Pick<Environment, "kubernetes" | "kubevirt" | "nodes" | "pools">;
  readonly workers: readonly Allocatable[];
}

/**
 * Asks a cluster for everything on which the plan and the results of a run depend.
 *
 * @throws ChainfleetError CLUSTER_UNREACHABLE, CLUSTER_FORBIDS, or STORAGE_IMPOSSIBLE with everything that prevents the run.
 */
export async function surveyCluster(
  cluster: Cluster,
  pools: readonly StoragePool[],
  { namespace, tested }: { readonly namespace: string; readonly tested: ReadonlySet<string> },
): Promise<ClusterSurvey> {
  const [version, { items: nodes }, { items: classes }, kubevirt, space] = await Promise.all([
    cluster.version.getCode(),
    cluster.core.listNode(),
    cluster.storage.listStorageClass(),
    kubevirtVersion(cluster),
    cluster.core.readNamespace({ name: namespace }).catch(unlessMissing),
  ]).catch((cause: unknown) => {
    if (statusOf(cause) === 403) {
      throw new ChainfleetError({
        code: "CLUSTER_FORBIDS",
        summary: `The cluster of the storage tests does not let this account ask what the tests depend on: ${reasonOf(cause)}.`,
        next: "docs/storage.md lists the rights that the account needs. Nothing was changed.",
        cause,
      });
    }
    throw new ChainfleetError({
      code: "CLUSTER_UNREACHABLE",
      summary: `The cluster of the storage tests (${cluster.config.getCurrentCluster()?.server ?? "no server"}) did not answer: ${reasonOf(cause)}.`,
      next: "Check storage.kubeconfig and storage.context, and that this account may list nodes and storage classes. Nothing was changed.",
      cause,
    });
  });
  const workers = nodes.filter(isWorker);
  const schedulable = workers.filter(({ spec }) => spec?.unschedulable !== true);
  const findings: Finding[] = [
    ...(kubevirt === undefined
      ? [
          {
            key: "storage.kubeconfig",
            problem: "leads to a cluster without KubeVirt: no kubevirts.kubevirt.io object reports a version",
          },
        ]
      : []),
    ...(schedulable.length === 0
      ? [{ key: "storage.kubeconfig", problem: "leads to a cluster without a schedulable worker node" }]
      : []),
    ...(space === undefined
      ? [
          {
            key: "storage.namespace",
            problem: `is "${namespace}", which does not exist: kubectl create namespace ${namespace}`,
          },
        ]
      : []),
    ...pools.flatMap(({ name, storageClass }, index) =>
      !tested.has(name) || classes.some(({ metadata }) => metadata?.name === storageClass)
        ? []
        : [
            {
              key: `storage.pools[${index}].storageClass`,
              problem: `is "${storageClass}" (pool ${name}), which the cluster does not have; it has ${classes.map(({ metadata }) => metadata?.name).join(", ") || "none"}`,
            },
          ],
    ),
  ];
  if (findings.length > 0) {
    throw new ChainfleetError({
      code: "STORAGE_IMPOSSIBLE",
      summary: [
        "The storage tests cannot run on this cluster:",
        ...findings.map(({ key, problem }) => `  ${key} ${problem}`),
      ].join("\n"),
      next: "Nothing was created.",
    });
  }
  return {
    environment: {
      kubernetes: version.gitVersion,
      kubevirt: kubevirt ?? "",
      nodes: kindsOf(workers),
      pools: Object.fromEntries(
        pools.flatMap(({ name, storageClass, volumeMode }) => {
          const found = classes.find(({ metadata }) => metadata?.name === storageClass);
          return found === undefined
            ? []
            : [
                [
                  name,
                  {
                    storageClass,
                    provisioner: found.provisioner,
                    parameters: found.parameters ?? {},
                    mountOptions: found.mountOptions ?? [],
                    volumeMode,
                  },
                ],
              ];
        }),
      ),
    },
    workers: schedulable.map(({ status }) => ({
      cpu: status?.allocatable?.cpu ?? "0",
      memory: status?.allocatable?.memory ?? "0",
    })),
  };
}

type Node = Awaited<ReturnType<Cluster["core"]["listNode"]>>["items"][number];

/** Nodes with the worker role, or all nodes on which machines may run where the cluster has no such role (EKS, AKS). */
function isWorker(node: Node, _index: number, all: readonly Node[]): boolean {
  const hasRole = ({ metadata }: Node) => metadata?.labels?.[WORKER_ROLE] !== undefined;
  // A cordoned node has a taint of its own and is a worker all the same: cordoning changes no result.
  const isTainted = ({ spec }: Node) =>
    (spec?.taints ?? []).some(({ effect, key }) => effect === "NoSchedule" && key !== CORDONED);
  return !isTainted(node) && (!all.some(hasRole) || hasRole(node));
}

const CORDONED = "node.kubernetes.io/unschedulable";
const WORKER_ROLE = "node-role.kubernetes.io/worker";

function kindsOf(workers: readonly Node[]): Environment["nodes"] {
  const kinds = new Map<string, Environment["nodes"][number]>();
  for (const { status } of workers) {
    const { architecture = "", kernelVersion: kernel = "", osImage = "" } = status?.nodeInfo ?? {};
    const kind = {
      cpu: status?.allocatable?.cpu ?? "",
      memory: `${Math.round(quantityValue(status?.allocatable?.memory ?? "0") / 2 ** 30)}Gi`,
      architecture,
      kernel,
      osImage,
    };
    const key = JSON.stringify(kind);
    kinds.set(key, { ...kind, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

async function kubevirtVersion({ custom }: Cluster): Promise<string | undefined> {
  const list = (await custom
    .listCustomObjectForAllNamespaces({ group: "kubevirt.io", version: "v1", plural: "kubevirts" })
    .catch(unlessMissing)) as
    | { readonly items?: readonly { readonly status?: { readonly observedKubeVirtVersion?: string } }[] }
    | undefined;
  return list?.items?.find(({ status }) => status?.observedKubeVirtVersion !== undefined)?.status
    ?.observedKubeVirtVersion;
}
