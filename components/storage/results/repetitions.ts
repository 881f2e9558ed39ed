import { median, quantile } from "simple-statistics";
import type { TestMeasurement } from "./combine";
import { DIRECTIONS, type Direction, type Figures } from "./fio-output";

/** A figure over the repetitions of a test. */
export interface Distribution {
  readonly median: number;
  /** The lower quartile. */
  readonly q1: number;
  /** The upper quartile. */
  readonly q3: number;
  /** The values, in the order of the repetitions. */
  readonly values: readonly number[];
}

/** The figures of one direction over the repetitions. */
export type FigureDistributions = { readonly [name in keyof Figures]: Distribution };

/** What the repetitions of a test measured of one job. */
export interface JobFigures {
  readonly job: string;
  /** fio's `rw` option. @example "randread" */
  readonly pattern: string;
  readonly read: FigureDistributions | undefined;
  readonly write: FigureDistributions | undefined;
}

/** What the repetitions of a test measured. */
export interface TestFigures {
  readonly repetitions: number;
  readonly jobs: readonly JobFigures[];
  /** The test as a whole, see `combineVms`. */
  readonly read: FigureDistributions | undefined;
  readonly write: FigureDistributions | undefined;
}

/** Median and quartiles of each figure over the repetitions of a test, of which there is at least one. */
export function figuresOf(repetitions: readonly TestMeasurement[]): TestFigures {
  const [first] = repetitions;
  const ofJob = (index: number, direction: Direction) =>
    distributions(repetitions.map(({ jobs }) => jobs[index]?.[direction]));
  return {
    repetitions: repetitions.length,
    jobs: (first?.jobs ?? []).map(({ job, pattern }, index) => ({
      job,
      pattern,
      read: ofJob(index, "read"),
      write: ofJob(index, "write"),
    })),
    read: distributions(repetitions.map(({ read }) => read)),
    write: distributions(repetitions.map(({ write }) => write)),
  };
}

/** The interquartile range divided by the median: 0 if all values are equal, infinite if only the median is 0. */
export function spread(values: readonly number[]): number {
  const { median: middle, q1, q3 } = distributionOf(values);
  return q3 === q1 ? 0 : (q3 - q1) / middle;
}

/** Two values say nothing about a spread that a third one could not refute. */
export const FEWEST_STEADY_REPETITIONS = 3;

/**
 * Whether a test has been repeated often enough: there are at least three repetitions, and the spread of the read and of the write
 * IOPS of each job is at most the limit.
 *
 * @param limit as a fraction of the median. @example 0.05
 */
export function isSteady(repetitions: readonly TestMeasurement[], limit: number): boolean {
  return (
    repetitions.length >= FEWEST_STEADY_REPETITIONS &&
    figuresOf(repetitions).jobs.every((job) =>
      DIRECTIONS.every((direction) => spread(job[direction]?.iops.values ?? [0]) <= limit),
    )
  );
}

/**
 * Median and quartiles of some values.
 *
 * @throws Error if there is no value.
 */
export function distributionOf(values: readonly number[]): Distribution {
  const list = [...values];
  return { median: median(list), q1: quantile(list, 0.25), q3: quantile(list, 0.75), values: list };
}

/** Undefined if no repetition did I/O in the direction. A repetition without I/O where others have some counts as zero IOPS. */
function distributions(figures: readonly (Figures | undefined)[]): FigureDistributions | undefined {
  const present = figures.filter((entry) => entry !== undefined);
  if (present.length === 0) {
    return undefined;
  }
  const rate = (name: "iops" | "bandwidth") => distributionOf(figures.map((entry) => entry?.[name] ?? 0));
  const latency = (name: "p50" | "p99" | "p999") => distributionOf(present.map((entry) => entry[name]));
  return {
    iops: rate("iops"),
    bandwidth: rate("bandwidth"),
    p50: latency("p50"),
    p99: latency("p99"),
    p999: latency("p999"),
  };
}
