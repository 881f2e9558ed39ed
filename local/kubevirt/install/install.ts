import { setTimeout as delay } from "node:timers/promises";
import { accepting, type Cluster, MERGE_PATCH } from "../../kubernetes/control-plane/cluster";
import { API_VERSION, customResourceDefinitions, GROUP, VERSION } from "../api/crds";
import { storageClasses } from "./pools";
import { workerNodes } from "./workers";

/** The release that the stand-in answers as. 1.6 is the oldest that the storage benchmark supports. */
export const KUBEVIRT_VERSION = "v1.6.0";

/** The namespace of KubeVirt's own objects. */
export const KUBEVIRT_NAMESPACE = "kubevirt";

/** The namespace that the example stack's config names, which a user of a real cluster makes by hand. */
const TEST_NAMESPACE = "vm-perf-test";

/** Makes everything that KubeVirt's operator makes, and the worker nodes and storage classes. What exists is updated. */
export async function install(cluster: Cluster): Promise<void> {
  for (const name of [KUBEVIRT_NAMESPACE, TEST_NAMESPACE]) {
    await accepting(409, cluster.core.createNamespace({ body: { metadata: { name } } }));
  }
  await Promise.all([
    installDefinitions(cluster).then(() => declareVersion(cluster)),
    ...storageClasses().map((body) => accepting(409, cluster.storage.createStorageClass({ body }))),
    ...workerNodes().map((node) => ensureWorker(cluster, node)),
  ]);
}

async function installDefinitions({ custom }: Cluster): Promise<void> {
  const kind = {
    group: "apiextensions.k8s.io",
    version: "v1",
    plural: "customresourcedefinitions",
  };
  for (const definition of customResourceDefinitions()) {
    const { name } = definition.metadata;
    await accepting(409, custom.createClusterCustomObject({ ...kind, body: definition }));
    const body = { spec: definition.spec };
    await custom.patchClusterCustomObject({ ...kind, name, body }, MERGE_PATCH);
  }
  for (const { metadata } of customResourceDefinitions()) {
    while (!isEstablished(await custom.getClusterCustomObject({ ...kind, name: metadata.name }))) {
      await delay(50);
    }
  }
}

function isEstablished(definition: {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}): boolean {
  return (definition.status?.conditions ?? []).some(
    ({ type, status }) => type === "Established" && status === "True",
  );
}

/** The object by which a client learns that KubeVirt is installed, and its version. */
async function declareVersion({ custom }: Cluster): Promise<void> {
  const where = { group: GROUP, version: VERSION, namespace: KUBEVIRT_NAMESPACE, plural: "kubevirts" };
  const name = "kubevirt";
  const body = { apiVersion: API_VERSION, kind: "KubeVirt", metadata: { name }, spec: {} };
  const status = {
    phase: "Deployed",
    observedKubeVirtVersion: KUBEVIRT_VERSION,
    operatorVersion: KUBEVIRT_VERSION,
    targetKubeVirtVersion: KUBEVIRT_VERSION,
    conditions: [{ type: "Available", status: "True", reason: "AllComponentsReady" }],
  };
  // A definition is established a moment before its objects can be written.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await accepting(409, custom.createNamespacedCustomObject({ ...where, body }));
      await custom.patchNamespacedCustomObjectStatus({ ...where, name, body: { status } }, MERGE_PATCH);
      return;
    } catch (error) {
      if (attempt === 50) {
        throw error;
      }
      await delay(100);
    }
  }
}

async function ensureWorker(
  { core }: Cluster,
  desired: ReturnType<typeof workerNodes>[number],
): Promise<void> {
  const { name, labels } = desired.metadata;
  await accepting(409, core.createNode({ body: desired }));
  // Admission taints every new node as not ready, and no controller here would remove the taint.
  await core.patchNode({ name, body: { metadata: { labels }, spec: { taints: null } } }, MERGE_PATCH);
}
