import { z } from "zod";

// Parts of keys and file names become paths, so none may begin with a dot or contain a separator.
const PART = "[A-Za-z0-9][A-Za-z0-9._-]*";
const cellKeySchema = z
  .string()
  .regex(
    new RegExp(`^${PART}:${PART}:${PART}:[1-9][0-9]*:${PART}:${PART}$`),
    "is no key of the form pool:size:pvc:concurrency:profile:blocksize",
  );
const fileNameSchema = z
  .string()
  .regex(new RegExp(`^${PART}\\.json$`), "is no name of a JSON file without a folder");

/** What a measurement depends on apart from the test. Figures from unlike environments must not be compared. */
export const environmentSchema = z.object({
  /** The version of the API server. @example "v1.31.4" */
  kubernetes: z.string(),
  kubevirt: z.string(),
  /** The workers, alike ones as one group. */
  nodes: z.array(
    z.object({
      count: z.number().int().positive(),
      /** Allocatable CPU of one worker as a Kubernetes quantity. @example "95500m" */
      cpu: z.string(),
      /** Allocatable memory of one worker, in whole GiB: the exact number differs after each restart. @example "503Gi" */
      memory: z.string(),
      architecture: z.string(),
      kernel: z.string(),
      osImage: z.string(),
    }),
  ),
  /** The storage class of each pool, by the pool's name. */
  pools: z.record(
    z.string(),
    z.object({
      storageClass: z.string(),
      provisioner: z.string(),
      parameters: z.record(z.string(), z.string()),
      mountOptions: z.array(z.string()),
      /** "Filesystem" or "Block". */
      volumeMode: z.string(),
    }),
  ),
  /** The machines of each size. */
  vmSizes: z.record(z.string(), z.object({ cpu: z.number(), memory: z.string() })),
  vmImage: z.string(),
  fio: z.object({
    runtimeSeconds: z.number().nonnegative(),
    rampSeconds: z.number().nonnegative(),
    iodepth: z.number().int().positive(),
    numjobs: z.number().int().positive(),
    /** The size of the file on which fio works, as fio reads it. @example "4G" */
    fileSize: z.string(),
  }),
});
export type Environment = z.infer<typeof environmentSchema>;

const selectionSchema = z.object({
  quick: z.boolean(),
  overview: z.boolean(),
  rank: z.boolean(),
  pools: z.array(z.string()),
  filters: z.array(z.string()),
  excludes: z.array(z.string()),
});

/**
 * The record of a storage run, `results/<run-id>/run.json`. The record is written before the first test, so that a report of an
 * unfinished run can say which cells are missing.
 */
export const runRecordSchema = z.object({
  run: z.string().min(1),
  /** ISO 8601. */
  startedAt: z.iso.datetime({ offset: true }),
  /** `modeOf` of the selection. @example "quick+rank" */
  mode: z.string().min(1),
  environment: environmentSchema,
  /** `fingerprint(environment)`. */
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
  /** The options with which the run was started, for a resumption. */
  selection: selectionSchema.optional(),
  /** The keys of all cells of the matrix, measured or not. */
  cells: z.array(cellKeySchema),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** The record of one test, `result.json` in the folder of its cell. */
export const resultRecordSchema = z.object({
  key: cellKeySchema,
  run: z.string().min(1),
  outcome: z.enum(["passed", "failed"]),
  /** A hash of everything that was measured: results of one definition can stand for each other. */
  definition: z.string().optional(),
  /** Why the test failed, for a person. */
  error: z.string().optional(),
  /** `poolFingerprint` of the environment in which the test ran. */
  environment: z.string().regex(/^[0-9a-f]{16}$/),
  startedAt: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }),
  /** One entry a repetition of the test, in the order in which the repetitions ran. */
  repetitions: z.array(
    z.object({
      vms: z
        .array(
          z.object({
            name: z.string().min(1),
            /** The name of the file with fio's JSON output, in the same folder. @example "small-1-0.json" */
            fio: fileNameSchema,
          }),
        )
        .min(1),
    }),
  ),
});
export type ResultRecord = z.infer<typeof resultRecordSchema>;

/** A cell of the matrix: one test on one pool. */
export interface Cell {
  readonly pool: string;
  /** The name of the VM size. @example "small" */
  readonly size: string;
  /** The size of each VM's data volume as a Kubernetes quantity. @example "150Gi" */
  readonly pvc: string;
  /** The number of VMs that run the test at the same time. */
  readonly concurrency: number;
  /** The name of the fio profile. @example "random-rw" */
  readonly profile: string;
  /** As fio reads it; `native` if the profile's jobs have block sizes of their own. @example "4k" */
  readonly blockSize: string;
}

/** The key of a cell in checkpoints and records. @example "rep3:small:150Gi:1:random-rw:4k" */
export function cellKey({ pool, size, pvc, concurrency, profile, blockSize }: Cell): string {
  return [pool, size, pvc, concurrency, profile, blockSize].join(":");
}

/**
 * The cell of a key that `cellKeySchema` accepts.
 *
 * @throws Error if the text is no key.
 */
export function cellOf(key: string): Cell {
  const [pool = "", size = "", pvc = "", concurrency = "", profile = "", blockSize = ""] = cellKeySchema
    .parse(key)
    .split(":");
  return { pool, size, pvc, concurrency: Number(concurrency), profile, blockSize };
}

/** The folder of a cell's files below `results/<run-id>`. @example "rep3/small/150Gi/1/random-rw/4k" */
export function cellFolder(cell: Cell): string {
  return cellKey(cell).replaceAll(":", "/");
}

/** The name of the file with fio's output of one VM in one repetition, which counts from 0. */
export function fioFileName(vm: string, repetition: number): string {
  return `${vm}-${repetition}.json`;
}

/** The numbers in `results/<run-id>/<pool>/.pool-summary`. */
export interface PoolSummary {
  readonly run: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The one line of a `.pool-summary` file, with the line's end. */
export function poolSummaryLine({ run, passed, failed, skipped }: PoolSummary): string {
  return `${run} ${passed} ${failed} ${skipped}\n`;
}

/** The numbers of a `.pool-summary` file; undefined if the file is torn. */
export function parsePoolSummary(text: string): PoolSummary | undefined {
  const match = /^(\d+) (\d+) (\d+) (\d+)\n$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [run = 0, passed = 0, failed = 0, skipped = 0] = match.slice(1).map(Number);
  return { run, passed, failed, skipped };
}
