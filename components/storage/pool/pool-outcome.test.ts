import { describe, expect, it } from "vitest";
import { countsOf, poolFailure } from "./pool-outcome";

const outcome = {
  run: "perf-1",
  pool: "rep3",
  outcomes: { "a:1": "passed", "a:2": "failed", "b:1": "skipped", "b:2": "skipped" },
  errors: { "a:1": "", "a:2": "fio failed", "b:1": "no boot", "b:2": "no boot" },
  leftovers: { a: "", b: "" },
};

describe("the outcome of a pool", () => {
  it("counts the tests that ran, passed, failed and were skipped", () => {
    expect(countsOf(outcome)).toEqual({ run: 2, passed: 1, failed: 1, skipped: 2 });
  });

  it("is no error if every test passed and nothing is left", () => {
    const passed = { ...outcome, outcomes: { "a:1": "passed" }, errors: { "a:1": "" } };
    expect(poolFailure(passed)).toBeUndefined();
    expect(poolFailure({ ...passed, leftovers: { a: "1 volume is left" } })?.message).toContain(
      "chainfleet storage clean perf-1",
    );
  });

  it("says each reason once, with the tests that it concerns, and how to go on", () => {
    const failure = poolFailure(outcome);
    expect(failure?.code).toBe("POOL_FAILED");
    expect(failure?.summary).toBe(
      [
        "Pool rep3: 1 tests passed, 1 failed, 2 were skipped.",
        "  a:2: fio failed",
        "  b:1 and 1 more: no boot",
      ].join("\n"),
    );
    expect(failure?.next).toContain("chainfleet storage resume perf-1");
  });
});
