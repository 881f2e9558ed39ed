import type { V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { isStuck } from "./stuck-pod";

const set = (observedGeneration: number): V1StatefulSet => ({
  metadata: { generation: 2 },
  status: { replicas: 1, observedGeneration, updateRevision: "new" },
});
const pod = (revision: string, ready: "True" | "False", deletionTimestamp?: Date): V1Pod => ({
  metadata: {
    labels: { "controller-revision-hash": revision },
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
  status: { conditions: [{ type: "Ready", status: ready }] },
});

describe("a pod that keeps its StatefulSet from being updated", () => {
  it("is of the revision before, and is not ready", () => {
    expect(isStuck(set(2), pod("old", "False"))).toBe(true);
    expect(isStuck(set(2), { metadata: { labels: {} } })).toBe(true);
  });

  it("is no pod that the controller replaces by itself, has replaced, or is replacing", () => {
    expect(isStuck(set(2), pod("old", "True"))).toBe(false);
    expect(isStuck(set(2), pod("new", "False"))).toBe(false);
    expect(isStuck(set(2), pod("old", "False", new Date(0)))).toBe(false);
  });

  it("is judged once the controller has seen the update", () => {
    expect(isStuck(set(1), pod("old", "False"))).toBe(false);
  });
});
