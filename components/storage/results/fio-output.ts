import { z } from "zod";

/** What fio measured of the reads or the writes of one job. */
export interface Figures {
  /** I/O operations per second. */
  readonly iops: number;
  /** Bytes per second. */
  readonly bandwidth: number;
  /** Completion latency in microseconds, median. */
  readonly p50: number;
  /** Completion latency in microseconds, 99th percentile. */
  readonly p99: number;
  /** Completion latency in microseconds, 99.9th percentile. */
  readonly p999: number;
}

/** Figures with the work on which they are based. */
export interface Measurement extends Figures {
  /** The number of I/O operations. */
  readonly ios: number;
  /** How long fio measured, in seconds. The ramp time is not counted. */
  readonly seconds: number;
}

/** What one entry of fio's `jobs` says. A direction is undefined if the job did no such I/O. */
export interface JobMeasurement {
  /** The name of the job in the profile. @example "db-wal-write" */
  readonly job: string;
  /** Jobs of different groups ran one after another, see `parseFioOutput`. */
  readonly group: number;
  /** fio's `rw` option. @example "randread" */
  readonly pattern: string;
  /** fio's error number; 0 if the job succeeded. */
  readonly error: number;
  readonly read: Measurement | undefined;
  readonly write: Measurement | undefined;
}

/** The directions of I/O that are measured. Trims are not. */
export const DIRECTIONS = ["read", "write"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/**
 * Reads what `fio --output-format=json` (3.x, also json+) wrote.
 *
 * Each job of a profile begins with `stonewall`, which waits for the job before and starts a new reporting group (fio's HOWTO,
 * "stonewall" and "group_reporting"): the entries of `jobs` with different `groupid` ran one after another, so their IOPS must not
 * be added. With `group_reporting` the processes of a group (`numjobs`) are one entry, in which fio has added them up. Without
 * `group_reporting` each process has an entry; entries of the same group ran at the same time.
 *
 * @throws FioOutputError if the text is not fio's, is torn, or lacks the percentiles.
 */
export function parseFioOutput(text: string): JobMeasurement[] {
  const parsed = outputSchema.safeParse(jsonIn(text));
  if (!parsed.success) {
    throw new FioOutputError(z.prettifyError(parsed.error).replaceAll("\n", " "));
  }
  const { "global options": globalOptions, jobs } = parsed.data;
  return jobs.map((job) => ({
    job: job.jobname,
    group: job.groupid,
    pattern: job["job options"].rw ?? globalOptions.rw ?? FIO_DEFAULT_PATTERN,
    error: job.error,
    read: measurement(job.jobname, job.read),
    write: measurement(job.jobname, job.write),
  }));
}

/** Text that is no complete output of fio. The message says why. */
export class FioOutputError extends Error {
  override readonly name = "FioOutputError";
}

const FIO_DEFAULT_PATTERN = "read";

const directionSchema = z.object({
  total_ios: z.number(),
  iops: z.number(),
  bw_bytes: z.number(),
  /** Milliseconds. */
  runtime: z.number(),
  clat_ns: z.object({ percentile: z.record(z.string(), z.number()).optional() }),
});

const outputSchema = z.object({
  "global options": z.object({ rw: z.string().optional() }).default({}),
  jobs: z
    .array(
      z.object({
        jobname: z.string(),
        groupid: z.number().int(),
        error: z.number().int(),
        "job options": z.object({ rw: z.string().optional() }).default({}),
        read: directionSchema,
        write: directionSchema,
      }),
    )
    .min(1),
});

/** fio writes warnings to standard output too, before the JSON and after. */
function jsonIn(text: string): unknown {
  const start = text.search(/^\{/m);
  const end = text.lastIndexOf("\n}");
  const json = start === -1 ? text : text.slice(start, end === -1 ? undefined : end + 2);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new FioOutputError(`The JSON is cut off or damaged: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function measurement(job: string, direction: z.infer<typeof directionSchema>): Measurement | undefined {
  const { total_ios: ios, iops, bw_bytes: bandwidth, runtime, clat_ns } = direction;
  if (ios === 0) {
    return undefined;
  }
  const microseconds = (percentile: string) => {
    const nanoseconds = clat_ns.percentile?.[percentile];
    if (nanoseconds === undefined) {
      throw new FioOutputError(`The job ${job} has no completion latency for the percentile ${percentile}.`);
    }
    return nanoseconds / 1000;
  };
  return {
    iops,
    bandwidth,
    p50: microseconds("50.000000"),
    p99: microseconds("99.000000"),
    p999: microseconds("99.900000"),
    ios,
    seconds: runtime / 1000,
  };
}
