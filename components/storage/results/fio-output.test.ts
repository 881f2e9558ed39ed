import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../root";
import { combineVms, failedJob } from "./combine";
import { FioOutputError, type JobMeasurement, type Measurement, parseFioOutput } from "./fio-output";

// Recorded with fio 3.33 on files of 4 MiB for a second, with rate_iops, so that the IOPS are known: two processes a job.
const recorded = (name: string) =>
  readFileSync(join(PROJECT_ROOT, "test/vectors/fio", `${name}.json`), "utf8");

test("jobs that ran one after another keep their own figures, and latencies become microseconds", () => {
  const [read, write] = parseFioOutput(recorded("random-rw"));
  expect(read).toMatchObject({ job: "rand-read", group: 0, pattern: "randread", error: 0, write: undefined });
  expect(write).toMatchObject({ job: "rand-write", group: 1, pattern: "randwrite", read: undefined });
  expect(read?.read).toEqual({
    iops: 798.403194,
    bandwidth: 3270259,
    p50: 94.72,
    p99: 528.384,
    p999: 4620.288,
    ios: 800,
    seconds: 1.002,
  });
});

test("a mixed job has figures in both directions", () => {
  const { jobs, read, write } = combineVms([parseFioOutput(recorded("mixed-70-30"))]);
  expect(jobs).toHaveLength(1);
  expect(read?.iops).toBeCloseTo(699.3, 1);
  expect(write?.iops).toBeCloseTo(299.7, 1);
});

test("without group_reporting the processes of a job are added up, because they ran at the same time", () => {
  const parsed = parseFioOutput(recorded("ungrouped"));
  expect(parsed).toHaveLength(2);
  const { jobs, read } = combineVms([parsed]);
  expect(jobs).toHaveLength(1);
  expect(read?.iops).toBeCloseTo(2 * 349.65, 1);
  expect(read?.p999).toBe(4423.68);
});

test("the reads of several jobs are all their operations divided by all their time, not the sum of their IOPS", () => {
  const { jobs, read } = combineVms([parseFioOutput(recorded("db-oltp"))]);
  expect(jobs.map(({ job }) => job)).toEqual([
    "db-data-read",
    "db-wal-write",
    "db-oltp-mixed",
    "db-point-query",
  ]);
  // Three jobs read: 600, 320 and 200 operations in 1.001 s each.
  expect(read?.ios).toBe(1120);
  expect(read?.iops).toBeCloseTo(1120 / 3.003, 2);
  expect(read?.bandwidth).toBeCloseTo((920 * 8192 + 200 * 4096) / 3.003, -2);
});

test("a failed job is found", () => {
  expect(failedJob(combineVms([parseFioOutput(recorded("failed"))]))).toBe("rand-write: error 1");
  expect(failedJob(combineVms([parseFioOutput(recorded("random-rw"))]))).toBeUndefined();
});

test("warnings before and after the JSON do not matter", () => {
  const text = `fio: this platform does not support process shared mutexes\n${recorded("random-rw")}fio: pid=0, err=1\n`;
  expect(parseFioOutput(text)).toEqual(parseFioOutput(recorded("random-rw")));
});

test("every torn output is refused", () => {
  const text = recorded("mixed-70-30").trimEnd();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
      expect(() => parseFioOutput(text.slice(0, length))).toThrow(FioOutputError);
    }),
  );
});

test("I/O without percentiles is refused, because a missing latency must not count as none", () => {
  const output = JSON.parse(recorded("random-rw"));
  delete output.jobs[0].read.clat_ns.percentile;
  expect(() => parseFioOutput(JSON.stringify(output))).toThrow(
    "The job rand-read has no completion latency for the percentile 50.000000.",
  );
});

const measurement: fc.Arbitrary<Measurement> = fc
  .record({
    ios: fc.integer({ min: 1, max: 1_000_000 }),
    seconds: fc.integer({ min: 1, max: 600 }),
    block: fc.constantFrom(4096, 65_536),
    p50: fc.integer({ min: 1, max: 1000 }),
    p99: fc.integer({ min: 1000, max: 10_000 }),
    p999: fc.integer({ min: 10_000, max: 100_000 }),
  })
  .map(({ block, ...rest }) => {
    const iops = rest.ios / rest.seconds;
    return { ...rest, iops, bandwidth: iops * block };
  });
const job = (read: Measurement, group = 0): JobMeasurement => ({
  job: `job-${group}`,
  group,
  pattern: "randread",
  error: 0,
  read,
  write: undefined,
});

test("VMs at the same time: IOPS and bandwidth add up, and no VM is slower than p99 and p99.9 of the group", () => {
  fc.assert(
    fc.property(fc.array(measurement, { minLength: 1, maxLength: 10 }), (vms) => {
      const { read } = combineVms(vms.map((vm) => [job(vm)]));
      expect(read?.iops).toBeCloseTo(vms.reduce((sum, { iops }) => sum + iops, 0));
      expect(read?.bandwidth).toBeCloseTo(vms.reduce((sum, { bandwidth }) => sum + bandwidth, 0));
      expect(read?.p99).toBe(Math.max(...vms.map(({ p99 }) => p99)));
      expect(read?.p999).toBe(Math.max(...vms.map(({ p999 }) => p999)));
      const below = vms.filter(({ p50 }) => p50 <= (read?.p50 ?? 0)).length;
      const above = vms.filter(({ p50 }) => p50 >= (read?.p50 ?? 0)).length;
      expect(Math.min(below, above)).toBeGreaterThanOrEqual(vms.length / 2);
    }),
  );
});

test("jobs one after another: a test is never faster than its fastest job, and a slower job never makes it faster", () => {
  fc.assert(
    fc.property(
      fc.array(measurement, { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 2, max: 100 }),
      (jobs, factor) => {
        const of = (measurements: readonly Measurement[]) =>
          combineVms([measurements.map((entry, group) => job(entry, group))]).read?.iops ?? 0;
        const rates = jobs.map(({ iops }) => iops);
        expect(of(jobs)).toBeLessThanOrEqual(Math.max(...rates) * 1.000001);
        expect(of(jobs)).toBeGreaterThanOrEqual(Math.min(...rates) * 0.999999);
        // The same time, a fraction of the operations.
        const slower = jobs.map((entry, index) =>
          index === 0
            ? {
                ...entry,
                iops: entry.iops / factor,
                ios: entry.ios / factor,
                bandwidth: entry.bandwidth / factor,
              }
            : entry,
        );
        expect(of(slower)).toBeLessThan(of(jobs));
      },
    ),
  );
});
