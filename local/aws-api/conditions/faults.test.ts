import { describe, expect, it } from "vitest";
import { Faults } from "./faults";

const target = { action: "CreateImage", region: "eu-west-1", names: ["i-12", "app-v2"] };

describe("the fault script", () => {
  it("injects a fault where all globs match, as often as it says", () => {
    const faults = new Faults();
    faults.set([
      { match: { action: "Create*", region: "eu-*", name: "app-*" }, action: "throttle", times: 2 },
    ]);
    expect(faults.meet({ ...target, region: "us-east-1" })).toBeUndefined();
    expect(faults.meet({ ...target, names: ["web"] })).toBeUndefined();
    expect([1, 2, 3].map(() => faults.meet(target)?.action)).toEqual(["throttle", "throttle", undefined]);
    expect(faults.report().met).toEqual([2]);
  });

  it("draws a probability from the seed, the same in each run", () => {
    const draws = () => {
      const faults = new Faults();
      faults.set({ seed: 7, faults: [{ match: {}, action: "hang", probability: 0.5 }] });
      return Array.from({ length: 40 }, () => faults.meet(target) !== undefined);
    };
    expect(draws()).toEqual(draws());
    expect(new Set(draws())).toEqual(new Set([true, false]));
  });

  it.each([
    ["an unknown action", [{ match: {}, action: "explode" }]],
    ["an unknown property", [{ match: { urn: "x" }, action: "hang" }]],
    ["an error without a code", [{ match: {}, action: "error" }]],
    ["a code without an error", [{ match: {}, action: "hang", code: "X" }]],
  ])("with %s is refused", (_, script) => {
    expect(() => new Faults().set(script)).toThrow(/the fault script is not valid/);
  });
});
