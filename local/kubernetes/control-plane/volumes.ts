import type { ApiServer } from "../api/api-server";
import { pathOf } from "../api/discovery";
import { ApiError, isNotFound } from "../api/errors";
import { informer } from "../api/informer";
import { field, type KubernetesObject, list, text } from "../api/object";
import { allSettledOrThrow, reconcile } from "./reconcile";

/** The storage drivers that this file stands in for: those of AKS, EKS and kind, and the local target's own. */
export const PROVISIONERS: readonly string[] = [
  "disk.csi.azure.com",
  "ebs.csi.aws.com",
  "rancher.io/local-path",
  "chainfleet.local/disk",
];

/**
 * Stands in for CSI's external provisioner and resizer: creates the volumes that claims request, deletes released
 * volumes if their reclaim policy says so, and resizes bound volumes. The real controllers do the binding.
 *
 * See https://kubernetes-csi.github.io/docs/external-provisioner.html.
 */
export function provisionVolumes(api: ApiServer, signal: AbortSignal): void {
  const claims = informer(api, CLAIMS, undefined);
  const volumes = informer(api, VOLUMES, undefined);
  const classes = informer(api, CLASSES, undefined);
  const nodes = informer(api, NODES, undefined);
  const serveAll = async () => {
    if (![claims, volumes, classes, nodes].every(({ synced }) => synced)) {
      return;
    }
    const serve = async (claim: KubernetesObject) => {
      const storageClass = classes.objects.get(text(claim, "spec", "storageClassName"));
      if (storageClass !== undefined && wantsVolume(claim, storageClass)) {
        const node = nodes.objects.get(claim.metadata.annotations?.[SELECTED_NODE] ?? "");
        const body = volumeFor(claim, storageClass, node?.metadata.labels?.[ZONE]);
        await ignoring("AlreadyExists", () =>
          api.request({ method: "POST", path: pathOf(VOLUMES, undefined), body }),
        );
      }
      await grow(api, claim, volumes.objects.get(text(claim, "spec", "volumeName")));
    };
    const remove = (volume: KubernetesObject) =>
      ignoring("NotFound", () =>
        api.request({ method: "DELETE", path: pathOf(VOLUMES, undefined, volume.metadata.name) }),
      );
    await allSettledOrThrow([
      ...[...claims.objects.values()].map(serve),
      ...[...volumes.objects.values()].filter(isToBeDeleted).map(remove),
    ]);
  };
  reconcile("volumes", [claims, volumes, classes, nodes], serveAll, signal);
}

/** True if the claim's volume should be created now. */
export function wantsVolume(claim: KubernetesObject, storageClass: KubernetesObject): boolean {
  return (
    text(claim, "status", "phase") !== "Bound" &&
    text(claim, "spec", "volumeName") === "" &&
    claim.metadata.deletionTimestamp === undefined &&
    PROVISIONERS.includes(text(storageClass, "provisioner")) &&
    claim.metadata.annotations?.[STORAGE_PROVISIONER] === text(storageClass, "provisioner") &&
    (text(storageClass, "volumeBindingMode") !== "WaitForFirstConsumer" ||
      claim.metadata.annotations?.[SELECTED_NODE] !== undefined)
  );
}

/** The volume for a claim, already bound to the claim. A disk is in one zone, so its pod can only be scheduled there. */
export function volumeFor(
  claim: KubernetesObject,
  storageClass: KubernetesObject,
  zone: string | undefined,
): KubernetesObject {
  const { metadata } = claim;
  const provisioner = text(storageClass, "provisioner");
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `pvc-${metadata.uid}`,
      annotations: { [PROVISIONED_BY]: provisioner },
    },
    spec: {
      capacity: { storage: text(claim, "spec", "resources", "requests", "storage") },
      accessModes: list(claim, "spec", "accessModes"),
      persistentVolumeReclaimPolicy: text(storageClass, "reclaimPolicy") || "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: text(claim, "spec", "volumeMode") || "Filesystem",
      mountOptions: list(storageClass, "mountOptions"),
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
      // A CSI driver's name has no slash. Provisioners with a slash are older than CSI and use folders of the node.
      ...(provisioner.includes("/")
        ? { hostPath: { path: `/var/lib/volumes/${metadata.uid}`, type: "DirectoryOrCreate" } }
        : { csi: { driver: provisioner, volumeHandle: `local-${metadata.uid}` } }),
      ...(zone === undefined
        ? {}
        : {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }],
              },
            },
          }),
    },
  };
}

/** True if one of our drivers' volumes has lost its claim and its reclaim policy is Delete. */
export function isToBeDeleted(volume: KubernetesObject): boolean {
  return (
    PROVISIONERS.includes(volume.metadata.annotations?.[PROVISIONED_BY] ?? "") &&
    text(volume, "status", "phase") === "Released" &&
    text(volume, "spec", "persistentVolumeReclaimPolicy") === "Delete" &&
    volume.metadata.deletionTimestamp === undefined
  );
}

/** Sets a bound volume to the size that its claim requests. The API server allows only growth, and only if the class does. */
async function grow(
  api: ApiServer,
  claim: KubernetesObject,
  volume: KubernetesObject | undefined,
): Promise<void> {
  const requested = text(claim, "spec", "resources", "requests", "storage");
  if (
    volume === undefined ||
    text(claim, "status", "phase") !== "Bound" ||
    field(volume, "metadata", "annotations", PROVISIONED_BY) === undefined ||
    text(volume, "spec", "capacity", "storage") === requested
  ) {
    return;
  }
  const patch = { method: "PATCH", contentType: "application/merge-patch+json" } as const;
  await ignoring("NotFound", () =>
    api.request({
      ...patch,
      path: pathOf(VOLUMES, undefined, volume.metadata.name),
      body: { spec: { capacity: { storage: requested } } },
    }),
  );
  await ignoring("NotFound", () =>
    api.request({
      ...patch,
      path: `${pathOf(CLAIMS, claim.metadata.namespace, claim.metadata.name)}/status`,
      body: { status: { capacity: { storage: requested } } },
    }),
  );
}

async function ignoring(reason: string, request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === reason) && !isNotFound(error)) {
      throw error;
    }
  }
}

const STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const ZONE = "topology.kubernetes.io/zone";

const core = { apiVersion: "v1", root: "/api/v1" };
const CLAIMS = { ...core, kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims", namespaced: true };
const VOLUMES = { ...core, kind: "PersistentVolume", plural: "persistentvolumes", namespaced: false };
const NODES = { ...core, kind: "Node", plural: "nodes", namespaced: false };
const CLASSES = {
  apiVersion: "storage.k8s.io/v1",
  root: "/apis/storage.k8s.io/v1",
  kind: "StorageClass",
  plural: "storageclasses",
  namespaced: false,
};
