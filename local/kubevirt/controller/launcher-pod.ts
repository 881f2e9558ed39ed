import { createHash } from "node:crypto";
import type { V1PersistentVolumeClaim, V1Pod, V1Volume } from "@kubernetes/client-node";
import { API_VERSION } from "../api/crds";
import type { InstanceSpec, VirtualMachineInstance, Volume } from "../api/types";
import { KUBEVIRT_VERSION } from "../install/install";
import { SCHEDULABLE } from "../install/workers";

/** The label of a launcher pod with its instance's uid. */
export const CREATED_BY = "kubevirt.io/created-by";

/**
 * The pod in which virt-controller lets an instance run: the scheduler decides by its requests and its claims on which node
 * the instance runs.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/services/template.go
 *
 * @param claims the claims of the instance by name.
 * @param selector labels of nodes beside KubeVirt's and the instance's own.
 */
export function launcherPod(
  { metadata = {}, spec }: VirtualMachineInstance,
  claims: ReadonlyMap<string, V1PersistentVolumeClaim>,
  selector: Readonly<Record<string, string>>,
): V1Pod {
  const { name = "", namespace = "", uid = "" } = metadata;
  const volumes = (spec.volumes ?? []).flatMap((volume) => podVolume(volume) ?? []);
  const isBlock = (volume: V1Volume) =>
    claims.get(volume.persistentVolumeClaim?.claimName ?? "")?.spec?.volumeMode === "Block";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: launcherName(name, uid),
      namespace,
      labels: {
        ...metadata.labels,
        "kubevirt.io": "virt-launcher",
        [CREATED_BY]: uid,
        "vm.kubevirt.io/name": name,
      },
      annotations: { "kubevirt.io/domain": name },
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: "VirtualMachineInstance",
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: (spec.terminationGracePeriodSeconds ?? 180) + 30,
      nodeSelector: { ...spec.nodeSelector, ...selector, [SCHEDULABLE]: "true" },
      containers: [
        {
          name: "compute",
          image: `quay.io/kubevirt/virt-launcher:${KUBEVIRT_VERSION}`,
          resources: launcherResources(spec),
          volumeMounts: volumes
            .filter((volume) => !isBlock(volume))
            .map((volume) => ({ name: volume.name, mountPath: `/var/run/kubevirt-private/${volume.name}` })),
          volumeDevices: volumes
            .filter(isBlock)
            .map((volume) => ({ name: volume.name, devicePath: `/dev/${volume.name}` })),
        },
      ],
      volumes,
    },
  };
}

/**
 * The name of an instance's pod: `virt-launcher-<name>-<five characters>`. KubeVirt lets the API server choose the
 * characters; here they depend on the instance, so that a pod is not made twice.
 */
function launcherName(name: string, uid: string): string {
  const suffix = createHash("sha256").update(uid).digest("hex").slice(0, 5);
  return `virt-launcher-${name.slice(0, 40)}-${suffix}`;
}

function podVolume({ name, persistentVolumeClaim, cloudInitNoCloud }: Volume): V1Volume | undefined {
  if (persistentVolumeClaim !== undefined) {
    return { name, persistentVolumeClaim: { claimName: persistentVolumeClaim.claimName } };
  }
  return cloudInitNoCloud === undefined
    ? undefined
    : { name, secret: { secretName: cloudInitNoCloud.secretRef.name } };
}

/**
 * The requests and limits of the pod. Without a request for CPU, a tenth of the VM's CPUs is requested (the default of
 * `cpuAllocationRatio`); the memory is the guest's and the overhead of the hypervisor.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/services/renderresources.go
 */
function launcherResources({ domain }: InstanceSpec) {
  const { cores = 1, sockets = 1, threads = 1 } = domain.cpu ?? {};
  const cpus = cores * sockets * threads;
  const { requests = {}, limits = {} } = domain.resources ?? {};
  const guest = domain.memory?.guest ?? requests["memory"] ?? limits["memory"] ?? 0;
  const overhead = overheadBytes(bytesOf(guest), cpus, domain.devices.autoattachGraphicsDevice !== false);
  const memory = bytesOf(requests["memory"] ?? guest) + overhead;
  return {
    requests: {
      cpu: String(requests["cpu"] ?? limits["cpu"] ?? `${cpus * 100}m`),
      memory: String(memory),
    },
    limits: {
      ...(limits["cpu"] === undefined ? {} : { cpu: String(limits["cpu"]) }),
      ...(limits["memory"] === undefined
        ? {}
        : { memory: String(Math.max(bytesOf(limits["memory"]) + overhead, memory)) }),
    },
  };
}

/**
 * The memory that the hypervisor needs beside the guest's, on amd64.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/hypervisor/kvm/hypervisorbackend.go (`GetMemoryOverhead`)
 */
function overheadBytes(guest: number, cpus: number, hasGraphics: boolean): number {
  const pageTable = Math.ceil(guest / 512);
  const programs = (25 + 100 + 25 + 40 + 50) * MEBIBYTE;
  const processors = 8 * MEBIBYTE * cpus;
  const ioThread = 8 * MEBIBYTE;
  return pageTable + programs + processors + ioThread + (hasGraphics ? 32 * MEBIBYTE : 0);
}

const MEBIBYTE = 1024 ** 2;

/** The bytes of a quantity. The API server has checked its form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function bytesOf(quantity: string | number): number {
  const [, number = "0", suffix = ""] = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)(.*)$/.exec(String(quantity)) ?? [];
  return Math.ceil(Number(number) * (FACTORS[suffix] ?? 1));
}

const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};
