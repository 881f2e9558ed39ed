import type { V1ContainerState, V1PodStatus } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { endOf } from "./container";

const withState = (state: V1ContainerState): V1PodStatus => ({
  phase: "Running",
  containerStatuses: [{ name: "besu", image: "", imageID: "", ready: false, restartCount: 3, state }],
});

describe("a pod whose Besu does not run", () => {
  it("waits for a machine, was evicted, or has a container that waits or has ended", () => {
    expect(endOf({ status: { phase: "Pending" } })).toBe("does not run: its pod is Pending");
    expect(endOf({ status: { phase: "Failed", reason: "Evicted" } })).toBe(
      "does not run: its pod is Evicted",
    );
    expect(endOf({ status: withState({ waiting: { reason: "CrashLoopBackOff" } }) })).toBe(
      "does not run: CrashLoopBackOff",
    );
    expect(endOf({ status: withState({ terminated: { exitCode: 1, reason: "Error" } }) })).toBe(
      "does not run: Error",
    );
  });

  it("is none whose container runs, or of which the cluster does not say so", () => {
    expect(endOf({ status: withState({ running: {} }) })).toBeUndefined();
    expect(endOf({ status: withState({}) })).toBeUndefined();
    expect(endOf({ status: { phase: "Running" } })).toBeUndefined();
    expect(endOf({})).toBeUndefined();
  });
});
