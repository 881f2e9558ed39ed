import { expect, test } from "vitest";
import type { InstancePhase, VirtualMachine, VirtualMachineInstance } from "../api/types";
import { instanceStatus, machineStatus } from "./status";

const now = "2026-11-30T04:00:00.000Z";
const later = "2026-11-30T04:00:05.000Z";

const instance: VirtualMachineInstance = {
  spec: { domain: { devices: { interfaces: [{ name: "default" }] } } },
};

const pod = {
  metadata: { uid: "p" },
  spec: { containers: [], nodeName: "worker-0" },
  status: { podIP: "10.244.0.7" },
};

const observed = (phase: InstancePhase, more: object = {}) => ({ phase, pod, hasAgent: false, now, ...more });

test("an instance is ready while it runs, and says why before", () => {
  const ready = (phase: InstancePhase, more?: object) =>
    instanceStatus(instance, observed(phase, more)).conditions?.find(({ type }) => type === "Ready");
  expect(ready("Pending", { pod: undefined })).toMatchObject({ status: "False", reason: "PodNotExists" });
  expect(ready("Scheduling")).toMatchObject({ status: "False", reason: "GuestNotRunning" });
  expect(ready("Running")).toMatchObject({ status: "True", lastTransitionTime: now });
});

test("an instance has an address once its pod is placed, and every phase is on record once", () => {
  const scheduling = instanceStatus(instance, observed("Scheduling"));
  expect(scheduling.interfaces).toBeUndefined();
  const running = instanceStatus({ ...instance, status: scheduling }, { ...observed("Running"), now: later });
  expect(running).toMatchObject({
    nodeName: "worker-0",
    interfaces: [{ name: "default", ipAddress: "10.244.0.7" }],
    activePods: { p: "worker-0" },
  });
  expect(running.phaseTransitionTimestamps).toEqual([
    { phase: "Scheduling", phaseTransitionTimestamp: now },
    { phase: "Running", phaseTransitionTimestamp: later },
  ]);
});

test("nothing in a status changes while nothing happens", () => {
  const status = instanceStatus(instance, observed("Running", { hasAgent: true }));
  expect(
    instanceStatus({ ...instance, status }, observed("Running", { hasAgent: true, now: later })),
  ).toEqual(status);
});

const vm: VirtualMachine = { metadata: {}, spec: { runStrategy: "Always", template: instance } };

function printed(
  phase: InstancePhase | undefined,
  more: Partial<VirtualMachine> = {},
  conditions: object = {},
) {
  const running =
    phase === undefined
      ? undefined
      : { ...instance, status: instanceStatus(instance, observed(phase, conditions)) };
  return machineStatus({ ...vm, ...more }, { instance: running, hasUnboundClaim: false, now })
    .printableStatus;
}

test("the printable status is the first that is true, in KubeVirt's order", () => {
  expect(printed(undefined)).toBe("Starting");
  expect(printed("Pending", {}, { pod: undefined, missingClaim: "data" })).toBe("ErrorPvcNotFound");
  const unschedulable = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message: "no room",
  };
  expect(printed("Scheduling", {}, { pod: { ...pod, status: { conditions: [unschedulable] } } })).toBe(
    "ErrorUnschedulable",
  );
  expect(printed("Scheduled")).toBe("Starting");
  expect(printed("Running")).toBe("Running");
  expect(printed("Running", { metadata: { deletionTimestamp: new Date() } })).toBe("Terminating");
  expect(printed("Running", { spec: { ...vm.spec, runStrategy: "Halted" } })).toBe("Stopping");
  expect(printed(undefined, { spec: { ...vm.spec, runStrategy: "Halted" } })).toBe("Stopped");
  expect(machineStatus(vm, { instance: undefined, hasUnboundClaim: true, now }).printableStatus).toBe(
    "WaitingForVolumeBinding",
  );
});
