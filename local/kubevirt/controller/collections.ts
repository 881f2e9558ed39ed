import type {
  KubernetesListObject,
  KubernetesObject,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StorageClass,
} from "@kubernetes/client-node";
import type { Cluster, Collection } from "../../kubernetes/control-plane/cluster";
import { API_VERSION, GROUP, VERSION } from "../api/crds";
import type { VirtualMachine, VirtualMachineInstance } from "../api/types";

/** What the controllers follow. */
export interface Collections {
  readonly virtualMachines: Collection<VirtualMachine>;
  readonly instances: Collection<VirtualMachineInstance>;
  readonly pods: Collection<V1Pod>;
  readonly claims: Collection<V1PersistentVolumeClaim>;
  readonly volumes: Collection<V1PersistentVolume>;
  readonly classes: Collection<V1StorageClass>;
}

export function followAll(cluster: Cluster, signal: AbortSignal): Collections {
  const { core, storage, objects } = cluster;
  const own = <Kind extends KubernetesObject>(kind: string) =>
    cluster.follow<Kind>(
      `/apis/${GROUP}/${VERSION}/${kind.toLowerCase()}s`,
      () => objects.list(API_VERSION, kind) as unknown as Promise<KubernetesListObject<Kind>>,
      signal,
    );
  return {
    virtualMachines: own<VirtualMachine>("VirtualMachine"),
    instances: own<VirtualMachineInstance>("VirtualMachineInstance"),
    pods: cluster.follow("/api/v1/pods", () => core.listPodForAllNamespaces(), signal),
    claims: cluster.follow(
      "/api/v1/persistentvolumeclaims",
      () => core.listPersistentVolumeClaimForAllNamespaces(),
      signal,
    ),
    volumes: cluster.follow("/api/v1/persistentvolumes", () => core.listPersistentVolume(), signal),
    classes: cluster.follow(
      "/apis/storage.k8s.io/v1/storageclasses",
      () => storage.listStorageClass(),
      signal,
    ),
  };
}
