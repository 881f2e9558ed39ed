import { type Cluster, unlessMissing } from "./cluster";

/** The part of a VirtualMachineInstance that tells how far its machine is. */
export interface MachineStatus {
  /** KubeVirt's phase. @example "Running" */
  readonly phase: string;
  /** Why the machine does not run yet, as far as KubeVirt says. */
  readonly reason: string;
}

const GROUP = { group: "kubevirt.io", version: "v1" };

/** The status of a machine, or undefined if KubeVirt has not made an instance of the machine yet. */
export async function machineStatus(
  { custom }: Cluster,
  namespace: string,
  name: string,
): Promise<MachineStatus | undefined> {
  const instance = (await custom
    .getNamespacedCustomObject({ ...GROUP, namespace, plural: "virtualmachineinstances", name })
    .catch(unlessMissing)) as VirtualMachineInstance | undefined;
  return instance === undefined
    ? undefined
    : { phase: instance.status?.phase ?? "Pending", reason: reasons(instance).join("; ") };
}

interface VirtualMachineInstance {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

function reasons({ status }: VirtualMachineInstance): string[] {
  return (status?.conditions ?? [])
    .filter(
      (condition) =>
        condition.status === "False" && condition.message !== undefined && condition.message !== "",
    )
    .map(({ type, message }) => `${type}: ${message}`);
}

/** What virt-controller says about a machine without an instance. @example "ErrorPvcNotFound" */
export async function printableStatus({ custom }: Cluster, namespace: string, name: string): Promise<string> {
  const machine = (await custom
    .getNamespacedCustomObject({ ...GROUP, namespace, plural: "virtualmachines", name })
    .catch(unlessMissing)) as { readonly status?: { readonly printableStatus?: string } } | undefined;
  return machine === undefined ? "does not exist" : (machine.status?.printableStatus ?? "has no status yet");
}
