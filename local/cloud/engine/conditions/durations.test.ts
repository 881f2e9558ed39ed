import fc from "fast-check";
import { expect, test } from "vitest";
import { kinds as awsKinds } from "../../aws/kinds";
import { kinds as azureKinds } from "../../azure/kinds";
import { duration, timedTypes } from "./durations";

test("the table has one line for every kind and no other lines", () => {
  const kinds = [...awsKinds.keys(), ...azureKinds.keys()];
  expect([...timedTypes].sort()).toEqual(kinds.sort());
});

test("a duration is the same for the same seed and resource, and within the published range", () => {
  const cluster = "azure-native:containerservice:ManagedCluster";
  fc.assert(
    fc.property(fc.integer({ min: 0 }), fc.string(), (seed, key) => {
      const seconds = duration(cluster, "create", seed, key);
      expect(seconds).toBe(duration(cluster, "create", seed, key));
      expect(seconds).toBeGreaterThanOrEqual(480);
      expect(seconds).toBeLessThanOrEqual(900);
    }),
  );
});

test("durations are spread over the range", () => {
  const drawn = Array.from({ length: 200 }, (_, i) =>
    duration("azure-native:containerservice:ManagedCluster", "create", 1, `cluster ${i}`),
  );
  expect(Math.min(...drawn)).toBeLessThan(522);
  expect(Math.max(...drawn)).toBeGreaterThan(858);
});
