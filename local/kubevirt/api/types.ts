import type { KubernetesObject, V1ObjectMeta } from "@kubernetes/client-node";

/** A condition of a VirtualMachine or of a VirtualMachineInstance. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastProbeTime?: string | null;
  readonly lastTransitionTime?: string | null;
}

/** https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/staging/src/kubevirt.io/api/core/v1/types.go */
export type InstancePhase = "Pending" | "Scheduling" | "Scheduled" | "Running" | "Succeeded" | "Failed";

type Quantity = string | number;

export interface Disk {
  readonly name: string;
  readonly serial?: string;
}

export interface Volume {
  readonly name: string;
  readonly containerDisk?: { readonly image: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly cloudInitNoCloud?: { readonly secretRef: { readonly name: string } };
}

export interface InstanceSpec {
  readonly domain: {
    readonly cpu?: { readonly cores?: number; readonly sockets?: number; readonly threads?: number };
    readonly memory?: { readonly guest?: Quantity };
    readonly resources?: {
      readonly requests?: Readonly<Record<string, Quantity>>;
      readonly limits?: Readonly<Record<string, Quantity>>;
    };
    readonly devices: {
      readonly autoattachGraphicsDevice?: boolean;
      readonly disks?: readonly Disk[];
      readonly interfaces?: readonly { readonly name: string }[];
    };
  };
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly terminationGracePeriodSeconds?: number;
  readonly volumes?: readonly Volume[];
}

export interface InstanceStatus {
  readonly activePods?: Readonly<Record<string, string>>;
  readonly conditions?: readonly Condition[];
  readonly guestOSInfo?: { readonly id?: string; readonly name?: string };
  readonly interfaces?: readonly {
    readonly name: string;
    readonly ipAddress: string;
    readonly ipAddresses: readonly string[];
    readonly infoSource: string;
  }[];
  readonly nodeName?: string;
  readonly phase?: InstancePhase;
  readonly phaseTransitionTimestamps?: readonly {
    readonly phase: string;
    readonly phaseTransitionTimestamp: string;
  }[];
  readonly volumeStatus?: readonly { readonly name: string; readonly target: string }[];
}

export interface VirtualMachineInstance extends KubernetesObject {
  readonly spec: InstanceSpec;
  readonly status?: InstanceStatus;
}

export interface VirtualMachineStatus {
  readonly conditions?: readonly Condition[];
  readonly created?: boolean;
  readonly ready?: boolean;
  readonly printableStatus?: string;
  readonly runStrategy?: RunStrategy;
  readonly observedGeneration?: number;
  readonly desiredGeneration?: number;
}

export type RunStrategy = "Always" | "RerunOnFailure" | "Halted";

export interface VirtualMachine extends KubernetesObject {
  readonly spec: {
    readonly running?: boolean;
    readonly runStrategy?: RunStrategy;
    readonly template: {
      readonly metadata?: Pick<V1ObjectMeta, "labels" | "annotations">;
      readonly spec: InstanceSpec;
    };
  };
  readonly status?: VirtualMachineStatus;
}

/** The strategy of a VM, for which the deprecated `running` is a short form. */
export function runStrategyOf({ spec }: VirtualMachine): RunStrategy {
  return spec.runStrategy ?? (spec.running === true ? "Always" : "Halted");
}
