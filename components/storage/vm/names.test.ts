import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupKey } from "../plan/cell";
import { groupLabels, machineNames } from "./names";

const word = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
const groups = fc
  .record({
    pool: word,
    size: word.map((name) => ({ name, cpu: 2, memory: "4Gi" })),
    pvcSize: fc.stringMatching(/^[1-9][0-9]{0,4}[KMGT]i$/),
    concurrency: fc.integer({ min: 1, max: 20 }),
  })
  .map((group) => ({ ...group, key: groupKey(group), cells: [] }));
const runs = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/);

describe("the names of machines", () => {
  it("say pool, size, volume and number of machines", () => {
    const size = { name: "small", cpu: 2, memory: "4Gi" };
    const group = {
      key: "rep3:small:150Gi:2",
      pool: "rep3",
      size,
      pvcSize: "150Gi",
      concurrency: 2,
      cells: [],
    };
    const names = machineNames("perf-20260215-120000", group);
    expect(names[0]).toMatch(/^perf-rep3-small-150gi-c2-1-[0-9a-f]{6}$/);
    expect(names[1]).toMatch(/^perf-rep3-small-150gi-c2-2-[0-9a-f]{6}$/);
  });

  it("are host names, leave room for the names of secret and volume, and differ between groups and runs", () => {
    fc.assert(
      fc.property(groups, groups, runs, runs, (one, other, run, otherRun) => {
        const names = machineNames(run, one);
        for (const name of names) {
          expect(`${name}-cloudinit`).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        }
        expect(new Set(names).size).toBe(one.concurrency);
        if (one.key !== other.key) {
          expect(names).not.toContain(machineNames(run, other)[0]);
        }
        if (run !== otherRun) {
          expect(names).not.toContain(machineNames(otherRun, one)[0]);
        }
        for (const value of Object.values(groupLabels(run, one))) {
          expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
        }
      }),
    );
  });
});
