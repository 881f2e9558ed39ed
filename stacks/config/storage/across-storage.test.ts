import { describe, expect, it } from "vitest";
import { readConfig } from "../read";

const pools = [
  { name: "rep3", storageClass: "a" },
  { name: "rep2", storageClass: "b" },
];
const read = (storage: object, stack = "storage") =>
  readConfig({ stack, storage: JSON.stringify(storage) }, "Pulumi.storage.yaml").storage;

describe("the config of storage tests", () => {
  it("has the seed's matrix by default", () => {
    expect(read({ pools })).toMatchObject({
      vmSizes: [{ name: "small" }, { name: "medium" }, { name: "large" }],
      pvcSizes: ["150Gi", "500Gi", "1000Gi"],
      concurrency: [1, 5, 10],
      blockSizes: ["4k", "64k", "1M"],
      fio: { runtimeSeconds: 120, rampSeconds: 10, iodepth: 32, numjobs: 4, fileSize: "4G" },
      parallel: "auto",
    });
  });

  it("is refused with every finding at once", () => {
    expect(() =>
      read({
        pools: [...pools, { name: "rep3", storageClass: "c" }],
        pvcSizes: ["150Gi", "150Gi"],
        select: { pools: ["rep4"], filters: ["rep3:small"] },
        fio: { runtimeSeconds: 600 },
        repeat: { atLeast: 3, atMost: 2 },
      }),
    ).toThrow(
      /pools\[2\]\.name[\s\S]*pvcSizes\[1\][\s\S]*select\.pools\[0\][\s\S]*data-pipeline alone take 3050 s/,
    );
  });

  it("is refused where no stack would test it", () => {
    expect(() => read({ pools }, "network")).toThrow(/storage would not be tested/);
  });
});
