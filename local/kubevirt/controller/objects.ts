import { createHash } from "node:crypto";
import { ApiException, type KubernetesObject } from "@kubernetes/client-node";
import { accepting, type Cluster, MERGE_PATCH } from "../../kubernetes/control-plane/cluster";
import { API_VERSION, GROUP, VERSION } from "../api/crds";
import type { VirtualMachine, VirtualMachineInstance } from "../api/types";

/** The finalizer that virt-controller keeps on an instance until its pod is gone. */
export const INSTANCE_FINALIZER = "kubevirt.io/foregroundDeleteVirtualMachine";

/** The finalizer of the VM controller, on VMs and on their instances. */
export const CONTROLLER_FINALIZER = "kubevirt.io/virtualMachineControllerFinalize";

/** Writes to KubeVirt's objects. A conflict or a missing object is left to the next event, which says what has changed. */
export class Objects {
  constructor(readonly cluster: Cluster) {}

  async createInstance(instance: VirtualMachineInstance): Promise<void> {
    const namespace = instance.metadata?.namespace ?? "";
    const where = { group: GROUP, version: VERSION, namespace, plural: INSTANCES };
    await settled(this.cluster.custom.createNamespacedCustomObject({ ...where, body: instance }));
  }

  async deleteInstance(instance: VirtualMachineInstance): Promise<void> {
    await settled(this.cluster.custom.deleteNamespacedCustomObject(placeOf(instance)));
  }

  async setFinalizers(
    object: VirtualMachine | VirtualMachineInstance,
    finalizers: readonly string[],
  ): Promise<void> {
    const body = { metadata: { resourceVersion: object.metadata?.resourceVersion, finalizers } };
    await settled(this.cluster.custom.patchNamespacedCustomObject({ ...placeOf(object), body }, MERGE_PATCH));
  }

  async setStatus(object: VirtualMachine | VirtualMachineInstance, status: object): Promise<void> {
    const body = { metadata: { resourceVersion: object.metadata?.resourceVersion }, status };
    await settled(
      this.cluster.custom.patchNamespacedCustomObjectStatus({ ...placeOf(object), body }, MERGE_PATCH),
    );
  }

  async setLabels(instance: VirtualMachineInstance, labels: Readonly<Record<string, string>>): Promise<void> {
    const body = { metadata: { labels } };
    await settled(
      this.cluster.custom.patchNamespacedCustomObject({ ...placeOf(instance), body }, MERGE_PATCH),
    );
  }

  /** Records an event, once for each object, reason and message. */
  async warn(object: KubernetesObject, reason: string, message: string): Promise<void> {
    const { name = "", namespace = "", uid = "" } = object.metadata ?? {};
    const hash = createHash("sha256").update(`${uid}${reason}${message}`).digest("hex").slice(0, 16);
    const now = new Date();
    await accepting(
      409,
      this.cluster.core.createNamespacedEvent({
        namespace,
        body: {
          metadata: { name: `${name.slice(0, 200)}.${hash}` },
          involvedObject: {
            apiVersion: object.apiVersion ?? API_VERSION,
            kind: object.kind ?? "VirtualMachineInstance",
            name,
            namespace,
            uid,
          },
          reason,
          message: message.slice(0, 1_000),
          type: "Warning",
          source: { component: "virt-handler" },
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
        },
      }),
    );
  }
}

const INSTANCES = "virtualmachineinstances";

function placeOf({ kind, metadata }: VirtualMachine | VirtualMachineInstance) {
  const { namespace = "", name = "" } = metadata ?? {};
  return { group: GROUP, version: VERSION, namespace, plural: `${kind?.toLowerCase()}s`, name };
}

/** Waits for a request, and leaves a conflict, an existing and a missing object to the next event. */
export async function settled(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException) || ![404, 409].includes(error.code)) {
      throw error;
    }
  }
}
