import { expect, test } from "vitest";
import { unhealthyWave, unreadiness } from "./readiness";

const ready = {
  metadata: { generation: 3 },
  spec: { replicas: 2 },
  status: { observedGeneration: 3, readyReplicas: 2, updatedReplicas: 2 },
};

test("a StatefulSet is ready when its controller has seen the last change and all pods are updated and ready", () => {
  expect(unreadiness(ready)).toBeUndefined();
  expect(unreadiness({ ...ready, metadata: { generation: 4 } })).toMatch(/not seen/);
  expect(unreadiness({ ...ready, status: { ...ready.status, readyReplicas: 1 } })).toBe(
    "has 1 of 2 pods ready",
  );
  expect(unreadiness({ ...ready, status: { ...ready.status, updatedReplicas: 1 } })).toBe(
    "has 1 of 2 pods updated",
  );
});

test("a StatefulSet that has just been created is not ready", () => {
  expect(unreadiness({ metadata: { generation: 1 }, spec: { replicas: 1 } })).toMatch(/not seen/);
});

test("the error names each node that is not ready, with its region, and the wave that was not touched", () => {
  const { code, summary } = unhealthyWave(
    { wave: 1, next: ["uksouth"] },
    [{ region: "eastus", statefulSet: "validator-0", problem: "has 0 of 1 pods ready" }],
    600,
  );
  expect(code).toBe("WAVE_UNHEALTHY");
  expect(summary).toContain("the next wave (uksouth) was not touched");
  expect(summary).toContain("eastus: the StatefulSet validator-0 has 0 of 1 pods ready");
});
