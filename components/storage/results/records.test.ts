import fc from "fast-check";
import { expect, test } from "vitest";
import { exampleEnvironment } from "../../../test/support/storage/storage-run";
import { differences, fingerprint, poolFingerprint } from "./environment";
import {
  type Cell,
  cellFolder,
  cellKey,
  cellOf,
  parsePoolSummary,
  poolSummaryLine,
  runRecordSchema,
} from "./records";

const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
const cell: fc.Arbitrary<Cell> = fc.record({
  pool: name,
  size: name,
  pvc: fc.constantFrom("150Gi", "1.5Ti"),
  concurrency: fc.integer({ min: 1, max: 500 }),
  profile: name,
  blockSize: fc.constantFrom("4k", "1M", "native"),
});

test("a cell survives the way to its key and back", () => {
  fc.assert(
    fc.property(cell, (value) => {
      expect(cellOf(cellKey(value))).toEqual(value);
    }),
  );
});

test("the key and the folder of a cell are those that users know", () => {
  const key = "rep3:small:150Gi:1:random-rw:4k";
  expect(cellKey(cellOf(key))).toBe(key);
  expect(cellFolder(cellOf(key))).toBe("rep3/small/150Gi/1/random-rw/4k");
});

test.each([
  "..:small:150Gi:1:random-rw:4k",
  "a/b:small:150Gi:1:random-rw:4k",
  "rep3:small:150Gi:0:random-rw:4k",
  "rep3",
])("%s is no key, so no path outside the run's folder is ever made of one", (key) => {
  expect(() => cellOf(key)).toThrow("is no key of the form pool:size:pvc:concurrency:profile:blocksize");
});

test("the record of a run is refused without its environment", () => {
  const environment = exampleEnvironment();
  const record = {
    run: "perf-1",
    startedAt: "2026-11-30T08:00:00Z",
    mode: "quick",
    environment,
    fingerprint: fingerprint(environment),
    cells: ["rep3:small:150Gi:1:random-rw:4k"],
  };
  expect(runRecordSchema.parse(record)).toEqual(record);
  expect(runRecordSchema.safeParse({ ...record, environment: undefined }).success).toBe(false);
});

test("a pool summary survives the way to its line and back, and a torn line is none", () => {
  const summary = { run: 4, passed: 3, failed: 1, skipped: 12 };
  expect(poolSummaryLine(summary)).toBe("4 3 1 12\n");
  expect(parsePoolSummary("4 3 1 12\n")).toEqual(summary);
  expect(parsePoolSummary("4 3 1 1")).toBeUndefined();
});

test("the fingerprint depends on neither the order of keys nor that of the groups of workers", () => {
  const environment = exampleEnvironment();
  const [worker] = environment.nodes;
  if (worker === undefined) {
    throw new Error("The example environment has a worker.");
  }
  const two = { ...environment, nodes: [worker, { ...worker, cpu: "48" }] };
  const reversed = Object.fromEntries(Object.entries(two).reverse()) as typeof two;
  expect(fingerprint({ ...reversed, nodes: [...two.nodes].reverse() })).toBe(fingerprint(two));
  expect(fingerprint(two)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(two)).not.toBe(fingerprint(environment));
});

test("a pool's fingerprint depends on its own storage class, and on no other pool's", () => {
  const environment = exampleEnvironment(["rep3"]);
  const more = exampleEnvironment(["rep2", "rep3"]);
  expect(poolFingerprint(more, "rep3")).toBe(poolFingerprint(environment, "rep3"));
  expect(poolFingerprint(more, "rep2")).not.toBe(poolFingerprint(more, "rep3"));
  expect(poolFingerprint({ ...environment, kubevirt: "v1.5.0" }, "rep3")).not.toBe(
    poolFingerprint(environment, "rep3"),
  );
});

test("the differences name each path with both values", () => {
  const first = exampleEnvironment(["rep3", "ec-2-1"]);
  const second = {
    ...first,
    kubevirt: "v1.5.0",
    pools: {
      rep3: { ...first.pools.rep3, parameters: { pool: "rep3", "csi.storage.k8s.io/fstype": "xfs" } },
    },
  } as typeof first;
  expect(differences(first, second)).toEqual([
    { path: "kubevirt", first: '"v1.4.0"', second: '"v1.5.0"' },
    { path: "pools.ec-2-1", first: expect.stringContaining("perf-ec-2-1"), second: "absent" },
    { path: 'pools.rep3.parameters["csi.storage.k8s.io/fstype"]', first: '"ext4"', second: '"xfs"' },
    { path: "pools.rep3.parameters.imageFeatures", first: '"layering,exclusive-lock"', second: "absent" },
  ]);
});

test("environments differ somewhere exactly if their fingerprints differ", () => {
  const environment = fc
    .record({
      kubevirt: fc.constantFrom("v1.4.0", "v1.5.0"),
      depth: fc.constantFrom(16, 32),
      option: fc.constantFrom<string[]>([], ["nfsvers=4"]),
    })
    .map(({ kubevirt, depth, option }) => {
      const base = exampleEnvironment(["rep3"]);
      const pools = Object.fromEntries(
        Object.entries(base.pools).map(([pool, storage]) => [pool, { ...storage, mountOptions: option }]),
      );
      return { ...base, kubevirt, pools, fio: { ...base.fio, iodepth: depth } };
    });
  fc.assert(
    fc.property(environment, environment, (one, other) => {
      expect(differences(one, other).length === 0).toBe(fingerprint(one) === fingerprint(other));
    }),
  );
});
