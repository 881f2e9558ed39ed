import type { Machines } from "../plan/cell";
import { DATA_SERIAL } from "./cloud-init";
import { groupLabels } from "./names";

/** What the machines of a group are made of, beside the group itself. */
export interface MachineSettings {
  readonly run: string;
  readonly namespace: string;
  readonly storageClass: string;
  readonly volumeMode: "Block" | "Filesystem";
  /** The container disk of the machines' root disk. @example "quay.io/containerdisks/fedora:43" */
  readonly image: string;
  /** A hash of everything that the objects are made of, by which a later run tells whether existing objects can be used. */
  readonly definition: string;
}

/** The annotation with `MachineSettings.definition`. */
export const DEFINITION_ANNOTATION = "perf-test/definition";

/** The objects of one machine, in the order in which they are created. */
export interface MachineManifests {
  readonly secret: SecretManifest;
  readonly claim: ReturnType<typeof claim>;
  readonly machine: ReturnType<typeof virtualMachine>;
}

export interface SecretManifest {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly metadata: ReturnType<typeof metadata>;
  readonly stringData: { readonly userdata: string };
}

/** @param userData the cloud-init user data. In a Secret: inline user data is limited to 2,048 bytes. */
export function machineManifests(
  name: string,
  group: Machines,
  settings: MachineSettings,
  userData: string,
): MachineManifests {
  const secretName = `${name}-cloudinit`;
  const claimName = `${name}-data`;
  return {
    secret: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(secretName, group, settings),
      stringData: { userdata: userData },
    },
    claim: claim(claimName, group, settings),
    machine: virtualMachine(name, group, settings, { secretName, claimName }),
  };
}

function metadata(name: string, group: Machines, { run, namespace, definition }: MachineSettings) {
  return {
    name,
    namespace,
    labels: groupLabels(run, group),
    annotations: { [DEFINITION_ANNOTATION]: definition },
  };
}

function claim(name: string, group: Machines, settings: MachineSettings) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadata(name, group, settings),
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: settings.storageClass,
      volumeMode: settings.volumeMode,
      resources: { requests: { storage: group.pvcSize } },
    },
  } as const;
}

/**
 * The root disk is a container disk, an overlay in the node's own storage, so that the machine's own reads and writes do not
 * reach the pool under test.
 */
function virtualMachine(
  name: string,
  group: Machines,
  settings: MachineSettings,
  { secretName, claimName }: { readonly secretName: string; readonly claimName: string },
) {
  const { cpu, memory } = group.size;
  const resources = { cpu: String(cpu), memory };
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: metadata(name, group, settings),
    spec: {
      runStrategy: "Always",
      template: {
        metadata: { labels: { ...groupLabels(settings.run, group), "perf-test/vm": name } },
        spec: {
          domain: {
            ioThreadsPolicy: "auto",
            cpu: { cores: cpu, sockets: 1, threads: 1 },
            devices: {
              blockMultiQueue: true,
              disks: [
                { name: "rootdisk", disk: { bus: "virtio" } },
                { name: "datadisk", serial: DATA_SERIAL, disk: { bus: "virtio" } },
                { name: "cloudinitdisk", disk: { bus: "virtio" } },
              ],
              interfaces: [{ name: "default", masquerade: {} }],
              rng: {},
            },
            resources: { requests: resources, limits: resources },
          },
          networks: [{ name: "default", pod: {} }],
          // A machine has nothing to save: its results are on this side already.
          terminationGracePeriodSeconds: 0,
          volumes: [
            { name: "rootdisk", containerDisk: { image: settings.image } },
            { name: "datadisk", persistentVolumeClaim: { claimName } },
            { name: "cloudinitdisk", cloudInitNoCloud: { secretRef: { name: secretName } } },
          ],
        },
      },
    },
  } as const;
}
