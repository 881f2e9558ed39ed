import { describe, expect, it } from "vitest";
import { checkedPreferences } from "./preferences";

describe("preferences", () => {
  const check = (request: Parameters<typeof checkedPreferences>[0], canRollBack = true) =>
    checkedPreferences(request, { defaultWarmup: 120, canRollBack });

  it("have the defaults of the API and not those of the console", () => {
    expect(check({})).toMatchObject({
      minHealthyPercentage: 90,
      maxHealthyPercentage: undefined,
      instanceWarmup: 120,
      skipMatching: false,
      scaleInProtectedInstances: "Wait",
      standbyInstances: "Wait",
      checkpointDelay: 3600,
    });
  });

  it.each([
    ["a maximum without a minimum", { MaxHealthyPercentage: 110 }],
    ["a range of more than 100 percent", { MinHealthyPercentage: 50, MaxHealthyPercentage: 151 }],
    ["a delay without checkpoints", { CheckpointDelay: 10 }],
    ["checkpoints in descending order", { CheckpointPercentages: [50, 20] }],
    ["checkpoints of one percentage", { CheckpointPercentages: [50, 50] }],
    ["eleven alarms", { AlarmSpecification: { Alarms: Array.from({ length: 11 }, (_, i) => `alarm-${i}`) } }],
  ])("with %s are refused", (_, request) => {
    expect(() => check(request)).toThrow(expect.objectContaining({ code: "ValidationError" }));
  });

  it("with AutoRollback need a configuration to which the group can return", () => {
    expect(() => check({ AutoRollback: true }, false)).toThrow(/AutoRollback/);
    expect(check({ AutoRollback: true }).autoRollback).toBe(true);
  });
});
