import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { CLUSTER_LABEL, type NamedNode } from "../../kubernetes/kwok-node";
import type { Cloud } from "../engine/cloud/cloud";
import type { Dialect } from "../engine/cloud/dialect";
import { nodesOf } from "./nodes";

/** The control plane into which the nodes are written. */
export interface ControlPlane {
  readonly server: string;
  /** Path of the PEM file with the certificate authority. */
  readonly authority: string;
  /** Path of the file with the administrator's token. */
  readonly tokenFile: string;
}

/**
 * Keeps the objects of the control plane that depend on the simulated clouds:
 *
 * - the nodes of all node pools, as the kubelets of new machines register themselves;
 * - `kube-system/cloud-clusters`, whose keys are the names of the clusters that have nodes;
 * - `kube-system/cloud-subnets`, with the availability zone of each subnet, for the load balancers.
 */
export function publishNodes(cloud: Cloud, dialects: readonly Dialect[], where: ControlPlane): () => void {
  const api = connect(where);
  let published: unknown;
  let isRunning = false;
  const publish = async () => {
    const desired = desiredObjects(cloud, dialects);
    if (isRunning || isDeepStrictEqual(desired, published)) {
      return;
    }
    isRunning = true;
    try {
      await putConfigMap(api, "cloud-clusters", desired.clusters);
      await putConfigMap(api, "cloud-subnets", desired.subnets);
      await putNodes(api, desired.nodes);
      published = desired;
    } catch (error) {
      console.error(`nodes: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void publish(), POLL_MILLISECONDS);
  return () => clearInterval(timer);
}

const POLL_MILLISECONDS = 100;

function desiredObjects(cloud: Cloud, dialects: readonly Dialect[]) {
  const pools = dialects.flatMap((dialect) => dialect.nodePools?.(cloud) ?? []);
  return {
    clusters: Object.fromEntries(pools.map(({ cluster }) => [cluster, ""])),
    subnets: Object.assign({}, ...dialects.map((dialect) => dialect.subnetZones?.(cloud) ?? {})) as Record<
      string,
      string
    >,
    nodes: pools.flatMap(nodesOf),
  };
}

function connect({ server, authority, tokenFile }: ControlPlane): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "local", server, skipTLSVerify: false, caData: readFileSync(authority).toString("base64") },
    { name: "administrator", token: readFileSync(tokenFile, "utf8").trim() },
  );
  return config.makeApiClient(CoreV1Api);
}

async function putConfigMap(api: CoreV1Api, name: string, data: Record<string, string>): Promise<void> {
  const body = { metadata: { name, namespace: NAMESPACE }, data };
  const isCreated = await unlessStatus(409, api.createNamespacedConfigMap({ namespace: NAMESPACE, body }));
  if (!isCreated) {
    await api.replaceNamespacedConfigMap({ name, namespace: NAMESPACE, body });
  }
}

async function putNodes(api: CoreV1Api, desired: readonly NamedNode[]): Promise<void> {
  const existing = (await api.listNode({ labelSelector: OF_CLOUDS })).items;
  const wanted = new Map(desired.map((node) => [node.metadata.name, node]));
  const obsolete = existing.filter(({ metadata, spec }) => {
    const node = wanted.get(metadata?.name ?? "");
    // A node is never moved: one in another zone or of another pool is another machine.
    return node === undefined || !isSameMachine({ metadata, spec } as NamedNode, node);
  });
  await Promise.all(
    obsolete.map(({ metadata }) => unlessStatus(404, api.deleteNode({ name: metadata?.name ?? "" }))),
  );
  await Promise.all(desired.map((node) => putNode(api, node)));
}

function isSameMachine(existing: NamedNode, wanted: NamedNode): boolean {
  return isDeepStrictEqual({ ...existing.metadata.labels }, { ...wanted.metadata.labels });
}

async function putNode(api: CoreV1Api, node: NamedNode): Promise<void> {
  const { name } = node.metadata;
  await unlessStatus(409, api.createNode({ body: node }));
  // Admission taints every new node as not ready. The node lifecycle controller would remove the taint, but is off.
  await api.patchNode({ name, body: { spec: { taints: node.spec?.taints ?? null } } }, MERGE_PATCH);
  const nodeInfo = { kubeletVersion: node.status?.nodeInfo?.kubeletVersion };
  await api.patchNodeStatus({ name, body: { status: { nodeInfo } } }, MERGE_PATCH);
}

/** False if the API answered with the given status. */
async function unlessStatus(status: number, request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ApiException && error.code === status) {
      return false;
    }
    throw error;
  }
}

/** The control plane has nodes of its own, which belong to the cluster `local`. */
const OF_CLOUDS = `${CLUSTER_LABEL},${CLUSTER_LABEL}!=local`;
const NAMESPACE = "kube-system";
const MERGE_PATCH = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
