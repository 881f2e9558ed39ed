import type { V1PersistentVolume, V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";
import { accepting, type Cluster, MERGE_PATCH } from "./cluster";
import type { Disks } from "./disks";
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
export function provisionVolumes(cluster: Cluster, disks: Disks, signal: AbortSignal): void {
  const { core, storage } = cluster;
  const claims = cluster.follow(
    "/api/v1/persistentvolumeclaims",
    () => core.listPersistentVolumeClaimForAllNamespaces(),
    signal,
  );
  const volumes = cluster.follow("/api/v1/persistentvolumes", () => core.listPersistentVolume(), signal);
  const nodes = cluster.follow("/api/v1/nodes", () => core.listNode(), signal);
  const classes = cluster.follow(
    "/apis/storage.k8s.io/v1/storageclasses",
    () => storage.listStorageClass(),
    signal,
  );
  const serve = async (claim: V1PersistentVolumeClaim) => {
    const storageClass = classes.find(claim.spec?.storageClassName);
    if (storageClass !== undefined && wantsVolume(claim, storageClass)) {
      const node = nodes.find(claim.metadata?.annotations?.[SELECTED_NODE]);
      const { uid = "", namespace = "" } = claim.metadata ?? {};
      const { provisioner: driver, parameters = {} } = storageClass;
      const handle = await disks.create({ driver, name: `pvc-${uid}`, namespace, parameters });
      const body = volumeFor(claim, storageClass, { handle, zone: node?.metadata?.labels?.[ZONE] });
      await accepting(409, core.createPersistentVolume({ body }));
    }
    await grow(cluster, claim, volumes.find(claim.spec?.volumeName));
  };
  const remove = async ({ metadata, spec }: V1PersistentVolume) => {
    await disks.delete(spec?.csi?.volumeHandle ?? "");
    await accepting(404, core.deletePersistentVolume({ name: metadata?.name ?? "" }));
  };
  const serveAll = () =>
    allSettledOrThrow([
      ...claims.objects().map(serve),
      ...volumes.objects().filter(isToBeDeleted).map(remove),
    ]);
  reconcile("volumes", [claims, volumes, classes, nodes], serveAll, signal);
}

/** True if the claim's volume should be created now. */
export function wantsVolume(
  { metadata, spec, status }: V1PersistentVolumeClaim,
  { provisioner, volumeBindingMode }: V1StorageClass,
): boolean {
  return (
    status?.phase !== "Bound" &&
    !spec?.volumeName &&
    metadata?.deletionTimestamp === undefined &&
    PROVISIONERS.includes(provisioner) &&
    metadata?.annotations?.[STORAGE_PROVISIONER] === provisioner &&
    (volumeBindingMode !== "WaitForFirstConsumer" || metadata.annotations[SELECTED_NODE] !== undefined)
  );
}

/** The volume for a claim, already bound to the claim. A disk is in one zone, so its pod can only be scheduled there. */
export function volumeFor(
  { metadata = {}, spec = {} }: V1PersistentVolumeClaim,
  storageClass: V1StorageClass,
  { handle, zone }: { readonly handle: string; readonly zone: string | undefined },
): V1PersistentVolume {
  const { provisioner, reclaimPolicy = "Delete", mountOptions = [] } = storageClass;
  const { name, namespace, uid = "" } = metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${uid}`, annotations: { [PROVISIONED_BY]: provisioner } },
    spec: {
      capacity: { storage: spec.resources?.requests?.["storage"] ?? "" },
      accessModes: spec.accessModes ?? [],
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata?.name ?? "",
      volumeMode: spec.volumeMode ?? "Filesystem",
      mountOptions,
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        uid,
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      },
      // A CSI driver's name has no slash. Provisioners with a slash are older than CSI and use folders of the node.
      ...(provisioner.includes("/")
        ? { hostPath: { path: `/var/lib/volumes/${uid}`, type: "DirectoryOrCreate" } }
        : { csi: { driver: provisioner, volumeHandle: handle } }),
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
export function isToBeDeleted({ metadata, spec, status }: V1PersistentVolume): boolean {
  return (
    PROVISIONERS.includes(metadata?.annotations?.[PROVISIONED_BY] ?? "") &&
    status?.phase === "Released" &&
    spec?.persistentVolumeReclaimPolicy === "Delete" &&
    metadata?.deletionTimestamp === undefined
  );
}

/** Sets a bound volume to the size that its claim requests. The API server allows only growth, and only if the class does. */
async function grow(
  { core }: Cluster,
  claim: V1PersistentVolumeClaim,
  volume: V1PersistentVolume | undefined,
): Promise<void> {
  const storage = claim.spec?.resources?.requests?.["storage"];
  if (
    volume === undefined ||
    claim.status?.phase !== "Bound" ||
    volume.metadata?.annotations?.[PROVISIONED_BY] === undefined ||
    volume.spec?.capacity?.["storage"] === storage
  ) {
    return;
  }
  const { name = "", namespace = "" } = claim.metadata ?? {};
  const resized = { capacity: { storage } };
  await accepting(
    404,
    core.patchPersistentVolume({ name: volume.metadata.name ?? "", body: { spec: resized } }, MERGE_PATCH),
  );
  await accepting(
    404,
    core.patchNamespacedPersistentVolumeClaimStatus(
      { name, namespace, body: { status: resized } },
      MERGE_PATCH,
    ),
  );
}

const STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const ZONE = "topology.kubernetes.io/zone";
