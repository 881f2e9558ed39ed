import { combineVms, didWork, failedJob } from "./combine";
import { poolFingerprint } from "./environment";
import type { JobMeasurement } from "./fio-output";
import { type Cell, cellOf, type ResultRecord, type RunRecord } from "./records";
import { figuresOf, type TestFigures } from "./repetitions";

/** All that a run has measured so far. */
export interface RunResults {
  readonly record: RunRecord;
  /** One entry a cell of the matrix, in the order of `record.cells`. */
  readonly cells: readonly CellResult[];
}

/** What became of a cell. */
export type CellResult = { readonly key: string; readonly cell: Cell } & (
  | { readonly outcome: "passed"; readonly figures: TestFigures }
  | { readonly outcome: "failed"; readonly reason: string }
  | { readonly outcome: "missing"; readonly reason: string }
);
export type PassedCell = Extract<CellResult, { outcome: "passed" }>;

/** The files of a cell. */
export interface CellFiles {
  readonly record: ResultRecord;
  /** fio's output by repetition, then by VM. */
  readonly outputs: readonly (readonly (readonly JobMeasurement[])[])[];
}

/**
 * The result of a cell. A test that was recorded as passed has failed nevertheless if fio reports an error or no I/O at all.
 *
 * @param files of the cell, or a sentence why the cell has no record.
 */
export function cellResult(key: string, run: RunRecord, files: CellFiles | string): CellResult {
  const identity = { key, cell: cellOf(key) };
  if (typeof files === "string") {
    return { ...identity, outcome: "missing", reason: files };
  }
  const { record, outputs } = files;
  const expected = poolFingerprint(run.environment, identity.cell.pool);
  if (record.environment !== expected) {
    const reason = `The test ran in another environment (${record.environment}) than the run (${expected}).`;
    return { ...identity, outcome: "missing", reason };
  }
  if (record.outcome === "failed") {
    return { ...identity, outcome: "failed", reason: record.error ?? "The record names no error." };
  }
  const repetitions = outputs.map(combineVms);
  const error = repetitions.map(failedJob).find((failure) => failure !== undefined);
  if (error !== undefined) {
    return { ...identity, outcome: "failed", reason: `fio reports a failed job: ${error}.` };
  }
  if (!repetitions.some(didWork)) {
    return { ...identity, outcome: "failed", reason: "fio reports no I/O." };
  }
  return { ...identity, outcome: "passed", figures: figuresOf(repetitions) };
}

/** The number of cells of each outcome. */
export type OutcomeCounts = Readonly<Record<CellResult["outcome"], number>>;

export function outcomeCounts(cells: readonly CellResult[]): OutcomeCounts {
  const count = (outcome: CellResult["outcome"]) => cells.filter((cell) => cell.outcome === outcome).length;
  return { passed: count("passed"), failed: count("failed"), missing: count("missing") };
}

/** The cell without its pool: what the same test on another pool is compared by. @example "small:150Gi:1:random-rw:4k" */
export function testOf({ size, pvc, concurrency, profile, blockSize }: Cell): string {
  return [size, pvc, concurrency, profile, blockSize].join(":");
}
