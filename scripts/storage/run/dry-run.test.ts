import { describe, expect, it } from "vitest";
import { EVERYTHING, planGroups } from "../../../components/storage/plan/matrix";
import { dryRun, dryRunText } from "./dry-run";

const fio = { runtimeSeconds: 60, rampSeconds: 10, iodepth: 32, numjobs: 4, fileSize: "4G" };
const groups = planGroups(
  {
    pools: ["rep3", "rep2"],
    vmSizes: [{ name: "small", cpu: 2, memory: "4Gi" }],
    pvcSizes: ["150Gi"],
    concurrency: [1, 5],
    profiles: [{ name: "random-rw", hasOwnBlockSizes: false }],
    blockSizes: ["4k", "1M"],
  },
  EVERYTHING,
);

describe("a dry run", () => {
  it("lists all tests, the largest demand of a pool, and the estimated time", () => {
    const plan = dryRun(groups, fio);
    expect(plan).toMatchObject({ pools: 2, groups: 4, machines: 5, volumeBytes: 750 * 2 ** 30 });
    expect(plan.tests).toHaveLength(8);
    // A group boots for 120 s and runs two tests of two jobs of 70 s with 10 s around them.
    expect(plan.sequentialSeconds).toBe(4 * (120 + 2 * 150));
    expect(plan.longestPoolSeconds).toBe(2 * (120 + 2 * 150));
    expect(dryRunText(plan)).toContain(
      "estimated: 28 min 0 s one pool after another, at least 14 min 0 s side by side",
    );
  });
});
