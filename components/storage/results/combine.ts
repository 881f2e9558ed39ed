import { median } from "simple-statistics";
import {
  DIRECTIONS,
  type Direction,
  type Figures,
  type JobMeasurement,
  type Measurement,
} from "./fio-output";

/** One repetition of a test as a whole: what all its VMs did together. */
export interface TestMeasurement {
  /** The jobs of the profile, in the order in which they ran. */
  readonly jobs: readonly JobMeasurement[];
  /** The reads of the test; undefined if no job read. */
  readonly read: Measurement | undefined;
  /** The writes of the test; undefined if no job wrote. */
  readonly write: Measurement | undefined;
}

/**
 * Combines the outputs of the VMs of one repetition. The VMs run each job at the same time, and so do entries of one reporting
 * group: their IOPS and bandwidth are added. Percentiles cannot be added; p50 is that of the median VM, and p99 and p99.9 are
 * those of the worst VM, because the slowest VM is what a user of the pool complains about.
 *
 * @param outputs of each VM.
 */
export function combineVms(outputs: readonly (readonly JobMeasurement[])[]): TestMeasurement {
  const entries = outputs.flat();
  const groups = [...new Set(entries.map(({ group }) => group))].sort((one, other) => one - other);
  const jobs = groups.map((group) => concurrentEntries(entries.filter((entry) => entry.group === group)));
  return { jobs, read: ofTest(jobs, "read"), write: ofTest(jobs, "write") };
}

function concurrentEntries(entries: readonly JobMeasurement[]): JobMeasurement {
  const [first] = entries;
  if (first === undefined) {
    throw new RangeError("A group of fio jobs has at least one entry.");
  }
  const combined = (direction: Direction) => concurrent(entries.flatMap((entry) => entry[direction] ?? []));
  return {
    ...first,
    error: entries.find(({ error }) => error !== 0)?.error ?? 0,
    read: combined("read"),
    write: combined("write"),
  };
}

function concurrent(parts: readonly Measurement[]): Measurement | undefined {
  if (parts.length === 0) {
    return undefined;
  }
  const values = (name: keyof Measurement) => parts.map((part) => part[name]);
  return {
    iops: total(values("iops")),
    bandwidth: total(values("bandwidth")),
    p50: median(values("p50")),
    p99: Math.max(...values("p99")),
    p999: Math.max(...values("p999")),
    ios: total(values("ios")),
    seconds: Math.max(...values("seconds")),
  };
}

/**
 * The figures of a test in one direction. If several jobs worked in that direction, one after another, then IOPS and bandwidth are
 * all their work divided by all their time: the mean of their rates, harmonic and weighted by work. An arithmetic mean weighted by
 * operations would rise when the slowest job gets slower, because that job then weighs less. The latencies are means weighted by
 * operations.
 */
function ofTest(jobs: readonly JobMeasurement[], direction: Direction): Measurement | undefined {
  const parts = jobs.flatMap((job) => job[direction] ?? []);
  const [first] = parts;
  if (first === undefined || parts.length === 1) {
    return first;
  }
  const ios = total(parts.map((part) => part.ios));
  // fio rounds the run time to milliseconds, so the operations divided by their rate are the more exact time.
  const seconds = total(parts.map((part) => part.ios / part.iops));
  const bytes = total(parts.map((part) => (part.bandwidth * part.ios) / part.iops));
  const latency = (name: keyof Figures) => total(parts.map((part) => part[name] * part.ios)) / ios;
  return {
    iops: ios / seconds,
    bandwidth: bytes / seconds,
    p50: latency("p50"),
    p99: latency("p99"),
    p999: latency("p999"),
    ios,
    seconds: total(parts.map((part) => part.seconds)),
  };
}

/** The first job that ended with an error, as `<job>: error <number>`; undefined if all succeeded. */
export function failedJob({ jobs }: TestMeasurement): string | undefined {
  const failed = jobs.find(({ error }) => error !== 0);
  return failed && `${failed.job}: error ${failed.error}`;
}

/** Whether any job did any I/O. */
export function didWork({ jobs }: TestMeasurement): boolean {
  return jobs.some((job) => DIRECTIONS.some((direction) => job[direction] !== undefined));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
