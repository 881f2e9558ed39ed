import { expect, it } from "vitest";
import type { TimedEvent } from "../run/events";
import { lostValidator } from "./lost-validator";

const failed = (type: string, op: string) => {
  const metadata = { urn: `urn:pulumi:prod.eastus::chainfleet::${type}::eastus-one`, type, op };
  return [
    { at: 0, event: { resourcePreEvent: { metadata } } },
    { at: 1, event: { resOpFailedEvent: { metadata } } },
  ] as unknown as TimedEvent[];
};

it("a validator or a cluster is lost if its update failed, not if its creation or another resource failed", () => {
  expect(lostValidator(failed("kubernetes:apps/v1:StatefulSet", "update"))).toBe("eastus-one");
  expect(lostValidator(failed("aws:eks/nodeGroup:NodeGroup", "create-replacement"))).toBe("eastus-one");
  expect(lostValidator(failed("kubernetes:apps/v1:StatefulSet", "create"))).toBeUndefined();
  expect(lostValidator(failed("kubernetes:core/v1:ConfigMap", "update"))).toBeUndefined();
});
