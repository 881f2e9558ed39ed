import { isDeepStrictEqual } from "node:util";
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { API_VERSION } from "../api/crds";
import { runStrategyOf, type VirtualMachine, type VirtualMachineInstance } from "../api/types";
import type { Collections } from "./collections";
import { CONTROLLER_FINALIZER, INSTANCE_FINALIZER, type Objects } from "./objects";
import { machineStatus } from "./status";

/**
 * The VM controller: makes and deletes the instances that VMs ask for, and reports their state.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/watch/vm/vm.go
 */
export class VirtualMachines {
  constructor(
    readonly collections: Collections,
    readonly objects: Objects,
  ) {}

  async sync(vm: VirtualMachine): Promise<void> {
    const instance = this.#instanceOf(vm);
    const { deletionTimestamp, finalizers = [] } = vm.metadata ?? {};
    await this.#report(vm, instance);
    if (deletionTimestamp !== undefined && instance === undefined) {
      await this.objects.setFinalizers(
        vm,
        finalizers.filter((finalizer) => finalizer !== CONTROLLER_FINALIZER),
      );
      return;
    }
    if (deletionTimestamp === undefined && !finalizers.includes(CONTROLLER_FINALIZER)) {
      await this.objects.setFinalizers(vm, [...finalizers, CONTROLLER_FINALIZER]);
      return;
    }
    await this.#follow(vm, instance);
    if (instance !== undefined && isFinal(instance)) {
      await this.#release(instance);
    }
  }

  async #follow(vm: VirtualMachine, instance: VirtualMachineInstance | undefined): Promise<void> {
    const isDeleted = vm.metadata?.deletionTimestamp !== undefined;
    const strategy = runStrategyOf(vm);
    if (instance === undefined) {
      if (!isDeleted && strategy !== "Halted") {
        await this.objects.createInstance(newInstance(vm));
      }
      return;
    }
    const shouldEnd =
      isDeleted ||
      strategy === "Halted" ||
      (strategy === "Always" && isFinal(instance)) ||
      (strategy === "RerunOnFailure" && instance.status?.phase === "Failed");
    if (shouldEnd && instance.metadata?.deletionTimestamp === undefined) {
      await this.objects.deleteInstance(instance);
    }
  }

  async #report(vm: VirtualMachine, instance: VirtualMachineInstance | undefined): Promise<void> {
    const now = new Date().toISOString();
    const claims = claimsOf(vm.spec.template.spec.volumes ?? []);
    const hasUnboundClaim = this.collections.claims
      .objects()
      .some((claim) => isAmong(claim, vm, claims) && claim.status?.phase !== "Bound");
    const status = machineStatus(vm, { instance, hasUnboundClaim, now });
    if (!isDeepStrictEqual(status, vm.status)) {
      await this.objects.setStatus(vm, status);
    }
  }

  /** The instance has ended, and the VM's status says so: the controller no longer needs the instance. */
  async #release(instance: VirtualMachineInstance): Promise<void> {
    const { finalizers = [] } = instance.metadata ?? {};
    if (finalizers.includes(CONTROLLER_FINALIZER)) {
      await this.objects.setFinalizers(
        instance,
        finalizers.filter((finalizer) => finalizer !== CONTROLLER_FINALIZER),
      );
    }
  }

  #instanceOf(vm: VirtualMachine): VirtualMachineInstance | undefined {
    return this.collections.instances
      .objects()
      .find(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === vm.metadata?.uid));
  }
}

/** `SetupVMIFromVM` and `startVMI` of vm.go, and the finalizer that virt-api's mutating webhook adds. */
function newInstance({ metadata = {}, spec }: VirtualMachine): VirtualMachineInstance {
  const { name = "", namespace = "", uid = "" } = metadata;
  const { labels, annotations } = spec.template.metadata ?? {};
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineInstance",
    metadata: {
      name,
      namespace,
      finalizers: [INSTANCE_FINALIZER, CONTROLLER_FINALIZER],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: "VirtualMachine",
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: spec.template.spec,
  };
}

/** The names of the claims among volumes. */
export function claimsOf(
  volumes: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[],
): string[] {
  return volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

function isAmong({ metadata }: V1PersistentVolumeClaim, vm: VirtualMachine, names: readonly string[]) {
  return metadata?.namespace === vm.metadata?.namespace && names.includes(metadata?.name ?? "");
}

export function isFinal({ status }: VirtualMachineInstance): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
