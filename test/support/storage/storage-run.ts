import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, poolFingerprint } from "../../../components/storage/results/environment";
import {
  type Cell,
  cellFolder,
  cellKey,
  type Environment,
  fioFileName,
  type ResultRecord,
  type RunRecord,
} from "../../../components/storage/results/records";

/** What a simulated pool can do. */
export interface PoolLimits {
  readonly iops: number;
  /** Bytes per second. */
  readonly bandwidth: number;
  /** The median completion latency of a small read in microseconds. */
  readonly latency: number;
  /** How much of the rate of reads the writes reach. */
  readonly writes: number;
}

const MIB = 1024 ** 2;

/** Nine pools that differ as replicated, erasure-coded and file storage do, best first. */
export const POOL_LIMITS: Readonly<Record<string, PoolLimits>> = {
  rep1: { iops: 92_000, bandwidth: 2900 * MIB, latency: 240, writes: 0.9 },
  rep2: { iops: 81_000, bandwidth: 2500 * MIB, latency: 310, writes: 0.6 },
  rep3: { iops: 76_000, bandwidth: 2300 * MIB, latency: 340, writes: 0.45 },
  "rep3-enc": { iops: 69_000, bandwidth: 1900 * MIB, latency: 390, writes: 0.42 },
  "ec-2-1": { iops: 48_000, bandwidth: 1700 * MIB, latency: 620, writes: 0.3 },
  "ec-4-2": { iops: 39_000, bandwidth: 1600 * MIB, latency: 810, writes: 0.25 },
  "cephfs-rep3": { iops: 27_000, bandwidth: 1200 * MIB, latency: 1100, writes: 0.4 },
  "ibmc-vpc-file-3000-iops": { iops: 3000, bandwidth: 180 * MIB, latency: 5200, writes: 1 },
  "ibmc-vpc-file-500-iops": { iops: 500, bandwidth: 45 * MIB, latency: 31_000, writes: 1 },
};

/** A job of a fio profile. */
interface Job {
  readonly name: string;
  readonly rw: string;
  /** Bytes; undefined if the test gives the block size. */
  readonly block?: number;
  /** The fraction of the operations that are reads. */
  readonly reads: number;
}

const PROFILES: Readonly<Record<string, readonly Job[]>> = {
  "random-rw": [
    { name: "rand-read", rw: "randread", reads: 1 },
    { name: "rand-write", rw: "randwrite", reads: 0 },
  ],
  "sequential-rw": [
    { name: "seq-read", rw: "read", reads: 1 },
    { name: "seq-write", rw: "write", reads: 0 },
  ],
  "mixed-70-30": [{ name: "mixed-70-30", rw: "randrw", reads: 0.7 }],
  "db-oltp": [
    { name: "db-data-read", rw: "randread", block: 8192, reads: 1 },
    { name: "db-wal-write", rw: "write", block: 8192, reads: 0 },
    { name: "db-oltp-mixed", rw: "randrw", block: 8192, reads: 0.8 },
    { name: "db-point-query", rw: "randread", block: 4096, reads: 1 },
  ],
  "data-pipeline": [
    { name: "pipeline-ingest", rw: "write", block: MIB, reads: 0 },
    { name: "pipeline-scan", rw: "read", block: MIB, reads: 1 },
    { name: "pipeline-etl", rw: "randrw", block: 131_072, reads: 0.7 },
  ],
};
const BLOCKS: Readonly<Record<string, number>> = { "4k": 4096, "64k": 65_536, "1M": MIB };

/** An environment that has a storage class for each pool. */
export function exampleEnvironment(pools: readonly string[] = Object.keys(POOL_LIMITS)): Environment {
  return {
    kubernetes: "v1.31.4",
    kubevirt: "v1.4.0",
    nodes: [
      {
        count: 3,
        cpu: "95500m",
        memory: "527951720Ki",
        architecture: "amd64",
        kernel: "5.14.0-427.50.1.el9_4.x86_64",
        osImage: "Red Hat Enterprise Linux CoreOS 417.94",
      },
    ],
    pools: Object.fromEntries(
      pools.map((pool) => [
        pool,
        {
          storageClass: `perf-${pool}`,
          provisioner: "openshift-storage.rbd.csi.ceph.com",
          parameters: { pool, imageFeatures: "layering,exclusive-lock", "csi.storage.k8s.io/fstype": "ext4" },
          mountOptions: [],
          volumeMode: "Filesystem",
        },
      ]),
    ),
    vmSizes: { small: { cpu: 2, memory: "4Gi" } },
    vmImage: "quay.io/containerdisks/fedora:41",
    fio: { runtimeSeconds: 120, rampSeconds: 10, iodepth: 32, numjobs: 4, fileSize: "4G" },
  };
}

/** The options of `writeRun`. */
export interface ExampleRun {
  /** The folder of all runs. */
  readonly results: string;
  readonly run: string;
  readonly repetitions?: number;
  readonly environment?: Environment;
  readonly limits?: Readonly<Record<string, PoolLimits>>;
  /** The VM groups of each pool: by default one, `small`, `150Gi`, one VM. */
  readonly groups?: readonly Pick<Cell, "size" | "pvc" | "concurrency">[];
  /** The error of a cell that failed. */
  readonly failure?: (cell: Cell) => string | undefined;
  /** Whether the cell has not run yet. */
  readonly isMissing?: (cell: Cell) => boolean;
}

/** Writes the files of a run as the run itself would. The noise depends on names alone, so a run is always the same. */
export function writeRun({
  results,
  run,
  repetitions = 5,
  environment = exampleEnvironment(),
  limits = POOL_LIMITS,
  groups = [{ size: "small", pvc: "150Gi", concurrency: 1 }],
  failure = () => undefined,
  isMissing = () => false,
}: ExampleRun): RunRecord {
  const cells = Object.keys(limits).flatMap((pool) =>
    groups.flatMap((group) =>
      Object.entries(PROFILES).flatMap(([profile, jobs]) =>
        (jobs.every(({ block }) => block) ? ["native"] : Object.keys(BLOCKS)).map((blockSize) => ({
          pool,
          ...group,
          profile,
          blockSize,
        })),
      ),
    ),
  );
  const record: RunRecord = {
    run,
    startedAt: "2026-11-30T08:00:00.000Z",
    mode: "quick",
    environment,
    fingerprint: fingerprint(environment),
    cells: cells.map(cellKey),
  };
  writeJson(join(results, run), "run.json", record);
  for (const cell of cells.filter((entry) => !isMissing(entry))) {
    writeCell({ results, run, repetitions, limits, failure }, record, cell);
  }
  return record;
}

function writeCell(
  {
    results,
    run,
    repetitions,
    limits,
    failure,
  }: Required<Pick<ExampleRun, "results" | "run" | "repetitions" | "limits" | "failure">>,
  record: RunRecord,
  cell: Cell,
): void {
  const folder = join(results, run, cellFolder(cell));
  const error = failure(cell);
  const names = Array.from({ length: cell.concurrency }, (_, index) => `${cell.size}-${index + 1}`);
  const outputs = Array.from({ length: error === undefined ? repetitions : 0 }, (_, repetition) =>
    names.map((name) => ({ name, fio: fioFileName(name, repetition) })),
  );
  for (const { fio } of outputs.flat()) {
    writeJson(folder, fio, fioOutput(cell, limits[cell.pool], `${run}/${cellKey(cell)}/${fio}`));
  }
  const result: ResultRecord = {
    key: cellKey(cell),
    run,
    outcome: error === undefined ? "passed" : "failed",
    ...(error === undefined ? {} : { error }),
    environment: poolFingerprint(record.environment, cell.pool),
    startedAt: "2026-11-30T08:00:00.000Z",
    endedAt: "2026-11-30T08:05:00.000Z",
    repetitions: outputs.map((vms) => ({ vms })),
  };
  writeJson(folder, "result.json", result);
}

/** What fio writes, with the fields that chainfleet reads. */
function fioOutput(cell: Cell, limits: PoolLimits | undefined, seed: string): object {
  if (limits === undefined) {
    throw new RangeError(`The pool ${cell.pool} has no limits.`);
  }
  return {
    "fio version": "fio-3.35",
    "global options": {},
    jobs: (PROFILES[cell.profile] ?? []).map((job, index) => {
      const block = job.block ?? BLOCKS[cell.blockSize] ?? 4096;
      const rate = Math.min(limits.iops, limits.bandwidth / block) / cell.concurrency;
      const slowness = block / 4096 > 16 ? 2.5 : 1;
      const direction = (name: string, fraction: number, slower: number) =>
        fioDirection(
          rate * fraction * noise(`${seed}/${index}/${name}`),
          block,
          limits.latency * slowness * slower,
        );
      return {
        jobname: job.name,
        groupid: index,
        error: 0,
        "job options": { rw: job.rw },
        read: direction("read", job.reads, 1),
        write: direction("write", (1 - job.reads) * limits.writes, 1 / limits.writes),
      };
    }),
  };
}

const SECONDS = 120;

function fioDirection(iops: number, block: number, microseconds: number): object {
  const isIdle = iops === 0;
  return {
    total_ios: Math.round(iops * SECONDS),
    iops,
    bw_bytes: Math.round(iops * block),
    runtime: isIdle ? 0 : SECONDS * 1000,
    clat_ns: isIdle
      ? {}
      : {
          percentile: {
            "50.000000": microseconds * 1000,
            "99.000000": microseconds * 4200,
            "99.900000": microseconds * 11_000,
          },
        },
  };
}

/** A factor between 0.96 and 1.04. */
function noise(seed: string): number {
  return 0.96 + (0.08 * createHash("sha256").update(seed).digest().readUInt32BE()) / 2 ** 32;
}

function writeJson(folder: string, name: string, value: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${JSON.stringify(value)}\n`);
}
