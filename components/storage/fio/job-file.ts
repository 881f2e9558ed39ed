import { hasOwnBlockSizes, profileNamed } from "./profiles";

/** The settings of fio that all tests of a run have in common. */
export interface FioSettings {
  /** The measured seconds of one job. */
  readonly runtimeSeconds: number;
  /** The seconds before the measurement of one job, in which caches and credits settle. */
  readonly rampSeconds: number;
  /** Operations in flight for each process, where the profile does not say otherwise. */
  readonly iodepth: number;
  /** Processes of one job, where the profile does not say otherwise. */
  readonly numjobs: number;
  /** The size of the file of each process, as in fio. @example "4G" */
  readonly fileSize: string;
}

/** The folder on which the volume under test is mounted, relative to the folder in which fio runs. */
export const DATA_FOLDER = "data";

/**
 * The fio job file of a test. Reads and writes go past the page cache, so that the volume is measured and not the memory of
 * the machine.
 */
export function jobFile(profileName: string, blockSize: string, settings: FioSettings): string {
  const profile = profileNamed(profileName);
  const own = hasOwnBlockSizes(profile);
  const global = [
    "[global]",
    `directory=${DATA_FOLDER}`,
    "ioengine=libaio",
    "direct=1",
    "time_based=1",
    `runtime=${settings.runtimeSeconds}`,
    `ramp_time=${settings.rampSeconds}`,
    `size=${settings.fileSize}`,
    `iodepth=${settings.iodepth}`,
    `numjobs=${settings.numjobs}`,
    "group_reporting=1",
    // fio would otherwise make files of its own for each job, and lay out each of them first.
    "filename_format=perf-test.$jobnum",
    ...(own ? [] : [`bs=${blockSize}`]),
  ];
  const jobs = profile.jobs.map(({ name, rw, readPercent, iodepth, numjobs, fsync, ...job }) => [
    `[${name}]`,
    `rw=${rw}`,
    ...(readPercent === undefined ? [] : [`rwmixread=${readPercent}`]),
    ...(job.blockSize === undefined ? [] : [`bs=${job.blockSize}`]),
    ...(iodepth === undefined ? [] : [`iodepth=${iodepth}`]),
    ...(numjobs === undefined ? [] : [`numjobs=${numjobs}`]),
    ...(fsync === undefined ? [] : [`fsync=${fsync}`]),
    "stonewall",
  ]);
  return `${[global, ...jobs].map((section) => section.join("\n")).join("\n\n")}\n`;
}
