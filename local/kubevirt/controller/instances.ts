import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ApiException, type V1PersistentVolumeClaim, type V1Pod } from "@kubernetes/client-node";
import type { InstancePhase, VirtualMachineInstance } from "../api/types";
import type { Faults } from "../conditions/faults";
import type { ClaimDisk } from "../guest/machine";
import type { Machines } from "../guest/machines";
import { limitsOf } from "../install/pools";
import type { Collections } from "./collections";
import { CREATED_BY, launcherPod } from "./launcher-pod";
import { CONTROLLER_FINALIZER, INSTANCE_FINALIZER, type Objects, settled } from "./objects";
import { instanceStatus } from "./status";
import { claimsOf, isFinal } from "./virtual-machines";

/** What the instance controller works with. */
export interface InstanceSurroundings {
  readonly collections: Collections;
  readonly objects: Objects;
  readonly machines: Machines;
  readonly faults: Faults;
  /** Folder with a folder for each pool, in which each volume has a folder. */
  readonly pools: string;
}

/**
 * What virt-controller and virt-handler do for an instance: a pod that is scheduled, a machine in its place, the phases, and
 * the end of both.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/watch/vmi/lifecycle.go
 */
export class Instances {
  constructor(readonly surroundings: InstanceSurroundings) {}

  async sync(instance: VirtualMachineInstance): Promise<void> {
    const { finalizers = [], deletionTimestamp } = instance.metadata ?? {};
    const pods = this.#podsOf(instance);
    if (deletionTimestamp !== undefined || isFinal(instance)) {
      await this.#end(instance, pods);
      return;
    }
    if (!finalizers.includes(INSTANCE_FINALIZER)) {
      await this.surroundings.objects.setFinalizers(instance, [...finalizers, INSTANCE_FINALIZER]);
      return;
    }
    const [pod] = pods;
    const phase = await this.#nextPhase(instance, pod);
    if (phase !== undefined) {
      await this.#report(instance, phase, pod);
    }
  }

  /** The phase after what can be done now is done; undefined if something that must be known is not known yet. */
  async #nextPhase(
    instance: VirtualMachineInstance,
    pod: V1Pod | undefined,
  ): Promise<InstancePhase | undefined> {
    const phase = instance.status?.phase ?? "Pending";
    if (phase === "Pending") {
      if (pod === undefined && this.#missingClaim(instance) === undefined) {
        await this.#createPod(instance);
      }
      return pod === undefined ? "Pending" : "Scheduling";
    }
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined) {
      return "Failed";
    }
    if (phase === "Scheduling") {
      return this.#placed(instance, pod);
    }
    // The machine is missing after a restart of the service, too; its disk is still there.
    if (!this.surroundings.machines.has(instance.metadata?.uid ?? "")) {
      return (await this.#startMachine(instance, pod)) ? "Running" : phase;
    }
    return "Running";
  }

  async #placed(instance: VirtualMachineInstance, pod: V1Pod): Promise<InstancePhase> {
    const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    if (!isReady || (await this.#userData(instance, pod)) === undefined) {
      return "Scheduling";
    }
    await this.surroundings.objects.setLabels(instance, { "kubevirt.io/nodeName": pod.spec?.nodeName ?? "" });
    return "Scheduled";
  }

  async #createPod(instance: VirtualMachineInstance): Promise<void> {
    const claims = new Map(this.#claimsOf(instance).map((claim) => [claim.metadata?.name ?? "", claim]));
    const [claim] = claims.values();
    const isUnschedulable = this.surroundings.faults.isUnschedulable(claim?.spec?.storageClassName ?? "");
    const body = launcherPod(instance, claims, isUnschedulable ? NO_NODE : {});
    const namespace = instance.metadata?.namespace ?? "";
    await settled(this.surroundings.objects.cluster.core.createNamespacedPod({ namespace, body }));
  }

  /** Starts the machine of an instance. Returns false if a volume is not known yet. */
  async #startMachine(instance: VirtualMachineInstance, pod: V1Pod): Promise<boolean> {
    const { uid = "", name = "", namespace = "" } = instance.metadata ?? {};
    const disks = this.#disksOf(instance);
    const userData = await this.#userData(instance, pod);
    if (disks === undefined || userData === undefined) {
      return false;
    }
    await this.surroundings.machines.start({ id: uid, name, namespace, userData, disks });
    return true;
  }

  /** The disks of the instance's claims; undefined until all claims are bound and known. */
  #disksOf(instance: VirtualMachineInstance): ClaimDisk[] | undefined {
    const { collections, pools } = this.surroundings;
    const disks: ClaimDisk[] = [];
    for (const { name, persistentVolumeClaim } of instance.spec.volumes ?? []) {
      if (persistentVolumeClaim === undefined) {
        continue;
      }
      const claim = this.#claimsOf(instance).find(
        ({ metadata }) => metadata?.name === persistentVolumeClaim.claimName,
      );
      const storageClass = claim?.spec?.storageClassName ?? "";
      const volume = claim?.spec?.volumeName;
      if (volume === undefined) {
        return undefined;
      }
      const known = collections.classes.find(storageClass);
      disks.push({
        serial: instance.spec.domain.devices.disks?.find((disk) => disk.name === name)?.serial ?? "",
        folder: join(pools, storageClass || "none", volume),
        storageClass,
        limits: known === undefined ? undefined : limitsOf(known),
      });
    }
    return disks;
  }

  /**
   * The user data of the instance, which KubeVirt reads from the key `userdata` or `userData` of the Secret; undefined if the
   * Secret is missing, for which the kubelet would wait too.
   * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/cloud-init/cloud-init.go
   */
  async #userData(instance: VirtualMachineInstance, pod: V1Pod): Promise<string | undefined> {
    const volume = instance.spec.volumes?.find(({ cloudInitNoCloud }) => cloudInitNoCloud !== undefined);
    const name = volume?.cloudInitNoCloud?.secretRef.name;
    if (volume === undefined || name === undefined) {
      return "#cloud-config\n{}\n";
    }
    const { objects } = this.surroundings;
    const namespace = instance.metadata?.namespace ?? "";
    try {
      const { data = {} } = await objects.cluster.core.readNamespacedSecret({ name, namespace });
      const text = data["userdata"] ?? data["userData"] ?? "";
      return Buffer.from(text, "base64").toString("utf8");
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 404) {
        throw error;
      }
      const message = `MountVolume.SetUp failed for volume "${volume.name}" : secret "${name}" not found`;
      await objects.warn({ ...pod, apiVersion: "v1", kind: "Pod" }, "FailedMount", message);
      this.#retryLater();
      return undefined;
    }
  }

  async #report(
    instance: VirtualMachineInstance,
    phase: InstancePhase,
    pod: V1Pod | undefined,
  ): Promise<void> {
    const { machines, objects } = this.surroundings;
    const machine = machines.get(instance.metadata?.uid ?? "");
    if (machine?.failure !== undefined) {
      await objects.warn(instance, "GuestBootFailed", machine.failure);
    }
    const status = instanceStatus(instance, {
      phase,
      pod,
      missingClaim: phase === "Pending" ? this.#missingClaim(instance) : undefined,
      hasAgent: machine?.hasAgent ?? false,
      now: new Date().toISOString(),
    });
    if (!isDeepStrictEqual(status, instance.status)) {
      await objects.setStatus(instance, status);
    }
  }

  /** Ends the machine, then the pod, and lets the instance go when both are gone. */
  async #end(instance: VirtualMachineInstance, pods: readonly V1Pod[]): Promise<void> {
    const { machines, objects, collections } = this.surroundings;
    const { uid = "", namespace = "", finalizers = [], ownerReferences = [] } = instance.metadata ?? {};
    await machines.end(uid);
    for (const { metadata } of pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined)) {
      await settled(objects.cluster.core.deleteNamespacedPod({ name: metadata?.name ?? "", namespace }));
    }
    if (pods.length > 0) {
      return;
    }
    if (!isFinal(instance)) {
      await this.#report(instance, instance.status?.phase === "Running" ? "Succeeded" : "Failed", undefined);
      return;
    }
    const hasOwner = collections.virtualMachines
      .objects()
      .some(({ metadata }) => ownerReferences.some((owner) => owner.uid === metadata?.uid));
    const left = finalizers.filter(
      (finalizer) => finalizer !== INSTANCE_FINALIZER && (hasOwner || finalizer !== CONTROLLER_FINALIZER),
    );
    if (left.length < finalizers.length) {
      await objects.setFinalizers(instance, left);
    }
  }

  #missingClaim(instance: VirtualMachineInstance): string | undefined {
    const known = this.#claimsOf(instance).map(({ metadata }) => metadata?.name);
    return claimsOf(instance.spec.volumes ?? []).find((name) => !known.includes(name));
  }

  #claimsOf({ metadata, spec }: VirtualMachineInstance): V1PersistentVolumeClaim[] {
    const names = claimsOf(spec.volumes ?? []);
    return this.surroundings.collections.claims
      .objects()
      .filter(
        (claim) =>
          claim.metadata?.namespace === metadata?.namespace && names.includes(claim.metadata?.name ?? ""),
      );
  }

  #podsOf({ metadata }: VirtualMachineInstance): V1Pod[] {
    return this.surroundings.collections.pods
      .objects()
      .filter((pod) => pod.metadata?.labels?.[CREATED_BY] === metadata?.uid);
  }

  /** Secrets are not followed: their number is unknown, and few of them belong to machines. */
  #retryLater(): void {
    setTimeout(() => this.surroundings.machines.notify(), RETRY_MILLISECONDS).unref();
  }
}

/** A label that no node has. */
const NO_NODE = { "chainfleet.local/fault": "unschedulable" };

const RETRY_MILLISECONDS = 500;
