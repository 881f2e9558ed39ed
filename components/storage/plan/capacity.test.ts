import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantityValue } from "../../quantity";
import { capacityFor } from "./capacity";
import type { VmGroup } from "./cell";
import { EVERYTHING, planGroups } from "./matrix";

const pools = Array.from({ length: 9 }, (_, index) => `pool-${index}`);
const quick: VmGroup[] = planGroups(
  {
    pools,
    vmSizes: [{ name: "small", cpu: 2, memory: "4Gi" }],
    pvcSizes: ["150Gi"],
    concurrency: [1],
    profiles: [{ name: "random-rw", hasOwnBlockSizes: false }],
    blockSizes: ["4k"],
  },
  EVERYTHING,
);

describe("capacity", () => {
  it("is that of the seed's worked example: 230 pools by memory, 86 by CPU, 9 pools in all", () => {
    const workers = Array.from({ length: 3 }, () => ({ cpu: "96", memory: "512Gi" }));
    expect(capacityFor(workers, quick)).toEqual({ parallel: 9, byMemory: 230, byCpu: 86, pools: 9 });
  });

  it("takes the average of the sizes and numbers of machines as a pool's demand", () => {
    const groups = planGroups(
      {
        pools,
        vmSizes: [
          { name: "small", cpu: 2, memory: "4Gi" },
          { name: "large", cpu: 8, memory: "16Gi" },
        ],
        pvcSizes: ["150Gi", "500Gi"],
        concurrency: [1, 5],
        profiles: [{ name: "random-rw", hasOwnBlockSizes: false }],
        blockSizes: ["4k"],
      },
      EVERYTHING,
    );
    // (2 + 10 + 8 + 40) / 4 = 15 CPUs and 30 GiB; 60 % of 100 CPUs and 400 GiB carry 4 and 8 pools.
    expect(capacityFor([{ cpu: "100", memory: "400Gi" }], groups)).toMatchObject({
      parallel: 4,
      byCpu: 4,
      byMemory: 8,
    });
  });

  it("is at least one pool, however small the cluster is, and never more than there are pools", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ cpu: fc.nat(400_000), memory: fc.nat(2 ** 40) }), { maxLength: 5 }),
        (workers) => {
          const { parallel } = capacityFor(
            workers.map(({ cpu, memory }) => ({ cpu: `${cpu}m`, memory: String(memory) })),
            quick,
          );
          expect(parallel).toBeGreaterThanOrEqual(1);
          expect(parallel).toBeLessThanOrEqual(9);
        },
      ),
    );
  });
});

describe("a Kubernetes quantity", () => {
  it.each([
    ["95680m", 95.68],
    ["96", 96],
    ["2k", 2000],
    ["527951720Ki", 527951720 * 1024],
    ["512Mi", 512 * 2 ** 20],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["2Ti", 2 * 2 ** 40],
    ["549755813888", 549755813888],
    ["549755813888000m", 549755813888],
  ])("%s is %d", (text, value) => {
    expect(quantityValue(text)).toBeCloseTo(value, 6);
  });

  it.each(["", "Gi", "4Gb", "abc"])("is not %j", (text) => {
    expect(() => quantityValue(text)).toThrow();
  });
});
