import { isDeepStrictEqual } from "node:util";
import type { V1Pod } from "@kubernetes/client-node";
import {
  type Condition,
  type InstancePhase,
  type InstanceStatus,
  runStrategyOf,
  type VirtualMachine,
  type VirtualMachineInstance,
  type VirtualMachineStatus,
} from "../api/types";

// Sources of phases, conditions and words:
// https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/watch/vmi/lifecycle.go
// https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-controller/watch/vm/vm.go

/** What the controller sees of an instance. */
export interface InstanceObservation {
  readonly phase: InstancePhase;
  /** The launcher pod, unless there is none. */
  readonly pod: V1Pod | undefined;
  /** A claim of the instance that does not exist. */
  readonly missingClaim?: string | undefined;
  /** Whether the guest agent answers. */
  readonly hasAgent: boolean;
  /** The time of the observation, ISO 8601. */
  readonly now: string;
}

/** The status of an instance after an observation. */
export function instanceStatus(
  instance: VirtualMachineInstance,
  observation: InstanceObservation,
): InstanceStatus {
  const { phase, pod, now } = observation;
  const before = instance.status ?? {};
  const transitions = before.phaseTransitionTimestamps ?? [];
  const isNewPhase = before.phase !== phase;
  const podIp = pod?.status?.podIP;
  const isPlaced = phase === "Scheduled" || phase === "Running";
  return {
    ...before,
    phase,
    conditions: conditionsOf(before.conditions ?? [], instanceConditions(observation), now),
    phaseTransitionTimestamps: isNewPhase
      ? [...transitions, { phase, phaseTransitionTimestamp: now }]
      : transitions,
    ...(pod?.metadata?.uid === undefined
      ? {}
      : { activePods: { [pod.metadata.uid]: pod.spec?.nodeName ?? "" } }),
    ...(isPlaced && pod?.spec?.nodeName !== undefined ? { nodeName: pod.spec.nodeName } : {}),
    ...(isPlaced && podIp !== undefined ? { interfaces: interfacesOf(instance, podIp) } : {}),
    ...(observation.hasAgent ? { guestOSInfo: { id: "linux", name: "Linux" } } : {}),
  };
}

function interfacesOf(
  { spec }: VirtualMachineInstance,
  podIp: string,
): NonNullable<InstanceStatus["interfaces"]> {
  return (spec.domain.devices.interfaces ?? []).map(({ name }) => ({
    name,
    ipAddress: podIp,
    ipAddresses: [podIp],
    infoSource: "domain",
  }));
}

type BareCondition = Pick<Condition, "type" | "status" | "reason" | "message">;

function instanceConditions(observation: InstanceObservation): BareCondition[] {
  const { phase, pod, missingClaim, hasAgent } = observation;
  const scheduled = pod?.status?.conditions?.find(({ type }) => type === "PodScheduled");
  return [
    readyCondition(observation),
    ...(missingClaim === undefined ? [] : claimConditions(missingClaim)),
    ...(phase === "Scheduling" && scheduled?.status === "False"
      ? [
          {
            type: "PodScheduled",
            status: "False" as const,
            reason: scheduled.reason ?? "",
            message: scheduled.message ?? "",
          },
        ]
      : []),
    ...(phase === "Running" && hasAgent ? [{ type: "AgentConnected", status: "True" as const }] : []),
  ];
}

/** `syncReadyConditionFromPod` of lifecycle.go. */
function readyCondition({ phase, pod }: InstanceObservation): BareCondition {
  const not = (reason: string, message: string): BareCondition => ({
    type: "Ready",
    status: "False",
    reason,
    message,
  });
  if (pod === undefined) {
    return not("PodNotExists", "virt-launcher pod has not yet been scheduled");
  }
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return not("PodTerminating", "virt-launcher pod is terminating");
  }
  return phase === "Running"
    ? { type: "Ready", status: "True" }
    : not("GuestNotRunning", "Guest VM is not reported as running");
}

/** A claim that does not exist: the launcher pod cannot be made. */
function claimConditions(claim: string): BareCondition[] {
  const message = `failed to render launch manifest: didn't find PVC ${claim}`;
  return [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message },
    { type: "Synchronized", status: "False", reason: "FailedPvcNotFound", message },
  ];
}

/** The conditions with their times: a condition that has not changed keeps its time. */
function conditionsOf(
  before: readonly Condition[],
  conditions: readonly BareCondition[],
  now: string,
): Condition[] {
  return conditions.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const { lastProbeTime, lastTransitionTime, ...bare } = old ?? {};
    return isDeepStrictEqual(bare, condition) && old !== undefined
      ? old
      : {
          ...condition,
          lastProbeTime: null,
          lastTransitionTime: old?.status === condition.status ? (lastTransitionTime ?? now) : now,
        };
  });
}

/** What the controller sees of a VM. */
export interface MachineObservation {
  readonly instance: VirtualMachineInstance | undefined;
  /** Whether a claim of the VM exists and is not bound. */
  readonly hasUnboundClaim: boolean;
  readonly now: string;
}

/** The status of a VM after an observation. */
export function machineStatus(vm: VirtualMachine, observation: MachineObservation): VirtualMachineStatus {
  const { instance, now } = observation;
  const before = vm.status ?? {};
  const conditions = instance?.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  const missing: BareCondition =
    instance === undefined
      ? { type: "Ready", status: "False", reason: "VMINotExists", message: "VMI does not exist" }
      : {
          type: "Ready",
          status: "False",
          reason: "VMIConditionMissing",
          message: "VMI is missing the Ready condition",
        };
  const generation = vm.metadata?.generation;
  return {
    ...before,
    created: instance !== undefined,
    ready: ready?.status === "True",
    printableStatus: printableStatus(vm, observation),
    conditions: ready === undefined ? conditionsOf(before.conditions ?? [], [missing], now) : conditions,
    ...(before.runStrategy !== undefined || instance !== undefined ? { runStrategy: runStrategyOf(vm) } : {}),
    ...(generation === undefined ? {} : { observedGeneration: generation, desiredGeneration: generation }),
  };
}

/** `setPrintableStatus` of vm.go: the first status that is true. */
function printableStatus(vm: VirtualMachine, { instance, hasUnboundClaim }: MachineObservation): string {
  const strategy = runStrategyOf(vm);
  const phase = instance?.status?.phase;
  const isFinal = phase === "Succeeded" || phase === "Failed";
  const shouldStop = strategy === "Halted";
  const has = (type: string, reason: string) =>
    instance?.status?.conditions?.some(
      (condition) => condition.type === type && condition.status === "False" && condition.reason === reason,
    ) ?? false;
  const statuses: readonly (readonly [string, boolean])[] = [
    ["Terminating", vm.metadata?.deletionTimestamp !== undefined],
    [
      "Stopping",
      instance !== undefined &&
        !isFinal &&
        (instance.metadata?.deletionTimestamp !== undefined || shouldStop),
    ],
    ["Running", phase === "Running"],
    ["ErrorPvcNotFound", has("Synchronized", "FailedPvcNotFound")],
    ["ErrorUnschedulable", has("PodScheduled", "Unschedulable")],
    ["WaitingForVolumeBinding", !shouldStop && !isFinal && hasUnboundClaim],
    ["Starting", instance === undefined ? !shouldStop : !isFinal],
    ["Stopped", instance === undefined || isFinal],
  ];
  return statuses.find(([, isTrue]) => isTrue)?.[0] ?? "Unknown";
}
