import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIO_PROFILES, hasOwnBlockSizes } from "../fio/profiles";
import { cellKey } from "./cell";
import { EVERYTHING, keysOf, type Matrix, modeOf, planGroups, type Selection } from "./matrix";

const matrix: Matrix = {
  pools: ["rep3", "rep3-virt", "rep2", "ibmc-vpc-file-500-iops"],
  vmSizes: [
    { name: "small", cpu: 2, memory: "4Gi" },
    { name: "medium", cpu: 4, memory: "8Gi" },
    { name: "large", cpu: 8, memory: "16Gi" },
  ],
  pvcSizes: ["150Gi", "500Gi", "1000Gi"],
  concurrency: [1, 5, 10],
  profiles: FIO_PROFILES.map((profile) => ({
    name: profile.name,
    hasOwnBlockSizes: hasOwnBlockSizes(profile),
  })),
  blockSizes: ["4k", "64k", "1M"],
};

const keys = (selection: Partial<Selection>) => keysOf(planGroups(matrix, { ...EVERYTHING, ...selection }));

describe("the matrix", () => {
  it("has 324 tests a pool in 27 groups, as the seed's documentation counts them", () => {
    const groups = planGroups(matrix, { ...EVERYTHING, pools: ["rep3"] });
    expect(groups).toHaveLength(27);
    expect(keysOf(groups)).toHaveLength(324);
    expect(groups.every(({ cells }) => cells.length === 12)).toBe(true);
  });

  it("has 4 tests a pool with --quick, 2 with --overview and 3 with --rank", () => {
    expect(keys({ quick: true, pools: ["rep2"] })).toEqual([
      "rep2:small:150Gi:1:sequential-rw:4k",
      "rep2:small:150Gi:1:sequential-rw:1M",
      "rep2:small:150Gi:1:random-rw:4k",
      "rep2:small:150Gi:1:random-rw:1M",
    ]);
    expect(keys({ overview: true, pools: ["rep2"] })).toEqual([
      "rep2:small:150Gi:1:sequential-rw:1M",
      "rep2:small:150Gi:1:random-rw:4k",
    ]);
    expect(keys({ rank: true, pools: ["rep2"] })).toEqual([
      "rep2:medium:150Gi:1:sequential-rw:1M",
      "rep2:medium:150Gi:1:random-rw:4k",
      "rep2:medium:150Gi:1:mixed-70-30:4k",
    ]);
  });

  it("combines --quick with --rank: the tests of one on the machines of the other", () => {
    expect(keys({ quick: true, rank: true, pools: ["rep3"] })).toEqual([
      "rep3:small:150Gi:1:sequential-rw:1M",
      "rep3:small:150Gi:1:random-rw:4k",
      "rep3:small:150Gi:1:mixed-70-30:4k",
    ]);
    expect(modeOf({ ...EVERYTHING, quick: true, rank: true })).toBe("quick+rank");
    expect(modeOf(EVERYTHING)).toBe("full");
  });

  it("reads * in a filter as any text, and excludes what --exclude names whatever --filter says", () => {
    expect(keys({ filters: ["rep3:small:150Gi:1:random-rw:*"] })).toHaveLength(3);
    expect(keys({ filters: ["ibmc-vpc-file*:*:*:*:db-oltp:native"] })).toHaveLength(27);
    expect(keys({ filters: ["*:small:*:*:*:*"], excludes: ["*:*:*:*:db-oltp:*"] })).toHaveLength(4 * 9 * 11);
    expect(keys({ filters: ["rep3:*:*:*:*:*"], excludes: ["rep3:*:*:*:*:*"] })).toEqual([]);
    // A dot and a dash are themselves: "rep3" is not "rep3-virt".
    expect(keys({ quick: true, filters: ["rep3:*:*:*:*:*"] })).toHaveLength(4);
  });

  it("has no group without a test, no test twice, and only tests of its group", () => {
    const part = (values: readonly string[]) => fc.constantFrom("*", ...values);
    const pattern = fc
      .tuple(
        part([...matrix.pools, "rep*"]),
        part(["small", "large"]),
        part(matrix.pvcSizes),
        part(["1", "5"]),
        part(matrix.profiles.map(({ name }) => name)),
        part([...matrix.blockSizes, "native"]),
      )
      .map((parts) => parts.join(":"));
    fc.assert(
      fc.property(
        fc.record({
          quick: fc.boolean(),
          overview: fc.boolean(),
          rank: fc.boolean(),
          pools: fc.subarray([...matrix.pools]),
          filters: fc.array(pattern, { maxLength: 3 }),
          excludes: fc.array(pattern, { maxLength: 3 }),
        }),
        (selection) => {
          const groups = planGroups(matrix, selection);
          const all = keysOf(groups);
          expect(new Set(all).size).toBe(all.length);
          expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
          for (const { key, cells } of groups) {
            expect(cells.length).toBeGreaterThan(0);
            expect(cells.every((cell) => cellKey(cell).startsWith(`${key}:`))).toBe(true);
          }
          // A narrower selection selects a subset.
          const whole = new Set(keysOf(planGroups(matrix, { ...selection, filters: [], excludes: [] })));
          expect(all.every((key) => whole.has(key))).toBe(true);
        },
      ),
    );
  });
});
