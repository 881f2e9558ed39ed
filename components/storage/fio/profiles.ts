/** One job of a profile. The jobs of a profile run one after another. */
export interface FioJob {
  readonly name: string;
  /** fio's `rw`. */
  readonly rw: "read" | "write" | "randread" | "randwrite" | "randrw";
  /** The share of reads of `randrw`, in percent. */
  readonly readPercent?: number;
  /** Bytes of one operation, as in fio. Undefined: the block size of the test. */
  readonly blockSize?: string;
  /** Operations in flight for each process. Undefined: the config's. */
  readonly iodepth?: number;
  /** Processes. Undefined: the config's. */
  readonly numjobs?: number;
  /** After how many writes the data is synchronized. */
  readonly fsync?: number;
}

/** A workload. */
export interface FioProfile {
  readonly name: string;
  readonly jobs: readonly FioJob[];
}

/**
 * The workloads of the matrix, with the names and figures of https://github.com/neil1taylor/storage-perf-tests
 * (docs/architecture/fio-profiles-reference.md), so that results can be compared with results of that suite.
 */
export const FIO_PROFILES: readonly FioProfile[] = [
  {
    name: "sequential-rw",
    jobs: [
      { name: "seq-read", rw: "read" },
      { name: "seq-write", rw: "write" },
    ],
  },
  {
    name: "random-rw",
    jobs: [
      { name: "rand-read", rw: "randread" },
      { name: "rand-write", rw: "randwrite" },
    ],
  },
  { name: "mixed-70-30", jobs: [{ name: "mixed-70-30", rw: "randrw", readPercent: 70 }] },
  {
    name: "db-oltp",
    jobs: [
      { name: "db-data-read", rw: "randread", blockSize: "8k", iodepth: 16 },
      { name: "db-wal-write", rw: "write", blockSize: "8k", iodepth: 1, numjobs: 1, fsync: 1 },
      { name: "db-oltp-mixed", rw: "randrw", readPercent: 80, blockSize: "8k" },
      { name: "db-point-query", rw: "randread", blockSize: "4k", iodepth: 1, numjobs: 1 },
    ],
  },
  {
    name: "app-server",
    jobs: [
      { name: "app-log-write", rw: "write", blockSize: "16k", iodepth: 4, numjobs: 2, fsync: 4 },
      { name: "app-config-read", rw: "randread", blockSize: "4k", iodepth: 4, numjobs: 2 },
      { name: "app-temp-io", rw: "randrw", readPercent: 60, blockSize: "16k", iodepth: 8 },
      { name: "app-session-write", rw: "randwrite", blockSize: "4k", iodepth: 8, numjobs: 2 },
    ],
  },
  {
    name: "data-pipeline",
    jobs: [
      { name: "pipeline-ingest", rw: "write", blockSize: "1M", iodepth: 32 },
      { name: "pipeline-scan", rw: "read", blockSize: "1M", iodepth: 32 },
      { name: "pipeline-shuffle", rw: "randread", blockSize: "256k", iodepth: 16 },
      { name: "pipeline-checkpoint", rw: "write", blockSize: "512k", iodepth: 8, numjobs: 2 },
      { name: "pipeline-etl", rw: "randrw", readPercent: 70, blockSize: "128k" },
    ],
  },
];

/** @throws TypeError if no profile has the name, which the config's schema excludes. */
export function profileNamed(name: string): FioProfile {
  const profile = FIO_PROFILES.find((each) => each.name === name);
  if (profile === undefined) {
    throw new TypeError(`There is no fio profile "${name}".`);
  }
  return profile;
}

/** Whether each job of the profile has a block size of its own. */
export function hasOwnBlockSizes({ jobs }: FioProfile): boolean {
  return jobs.every(({ blockSize }) => blockSize !== undefined);
}
