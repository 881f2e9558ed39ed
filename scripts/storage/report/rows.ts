import { DIRECTIONS } from "../../../components/storage/results/fio-output";
import type { FigureDistributions } from "../../../components/storage/results/repetitions";
import type { CellResult } from "../../../components/storage/results/run-results";

/**
 * A row of the results table: one job of a test in one direction. A failed or missing cell is one row without job, direction and
 * figures, so that nobody takes the table for whole. Rates are per second; quartiles are over the repetitions.
 */
export interface ResultRow {
  readonly run: string;
  readonly storage_pool: string;
  readonly vm_size: string;
  readonly pvc_size: string;
  readonly concurrency: number;
  readonly fio_profile: string;
  readonly block_size: string;
  readonly outcome: CellResult["outcome"];
  readonly job_name: string | null;
  readonly direction: string | null;
  readonly repetitions: number | null;
  readonly iops: number | null;
  readonly iops_q1: number | null;
  readonly iops_q3: number | null;
  readonly bandwidth_bytes: number | null;
  readonly bandwidth_bytes_q1: number | null;
  readonly bandwidth_bytes_q3: number | null;
  readonly p50_us: number | null;
  readonly p99_us: number | null;
  readonly p999_us: number | null;
  /** Why the cell has no figures. */
  readonly error: string | null;
}

/** The columns of the table in their order, and the type of each. */
export const RESULT_COLUMNS = {
  run: "text",
  storage_pool: "text",
  vm_size: "text",
  pvc_size: "text",
  concurrency: "integer",
  fio_profile: "text",
  block_size: "text",
  outcome: "text",
  job_name: "text",
  direction: "text",
  repetitions: "integer",
  iops: "number",
  iops_q1: "number",
  iops_q3: "number",
  bandwidth_bytes: "number",
  bandwidth_bytes_q1: "number",
  bandwidth_bytes_q3: "number",
  p50_us: "number",
  p99_us: "number",
  p999_us: "number",
  error: "text",
} as const satisfies Record<keyof ResultRow, "text" | "integer" | "number">;

/** The rows of some cells, in the order of the cells and, in a cell, of the jobs. */
export function resultRows(run: string, cells: readonly CellResult[]): ResultRow[] {
  return cells.flatMap((result): ResultRow[] => {
    const identity = {
      run,
      storage_pool: result.cell.pool,
      vm_size: result.cell.size,
      pvc_size: result.cell.pvc,
      concurrency: result.cell.concurrency,
      fio_profile: result.cell.profile,
      block_size: result.cell.blockSize,
      outcome: result.outcome,
    };
    if (result.outcome !== "passed") {
      const nothing = { job_name: null, direction: null, repetitions: null, ...NO_FIGURES };
      return [{ ...identity, ...nothing, error: result.reason }];
    }
    const { repetitions, jobs } = result.figures;
    return jobs.flatMap((job) =>
      DIRECTIONS.flatMap((direction) => {
        const figures = job[direction];
        return figures === undefined
          ? []
          : [{ ...identity, job_name: job.job, direction, repetitions, ...columns(figures), error: null }];
      }),
    );
  });
}

const NO_FIGURES = {
  iops: null,
  iops_q1: null,
  iops_q3: null,
  bandwidth_bytes: null,
  bandwidth_bytes_q1: null,
  bandwidth_bytes_q3: null,
  p50_us: null,
  p99_us: null,
  p999_us: null,
};

function columns({
  iops,
  bandwidth,
  p50,
  p99,
  p999,
}: FigureDistributions): Record<keyof typeof NO_FIGURES, number> {
  return {
    iops: iops.median,
    iops_q1: iops.q1,
    iops_q3: iops.q3,
    bandwidth_bytes: bandwidth.median,
    bandwidth_bytes_q1: bandwidth.q1,
    bandwidth_bytes_q3: bandwidth.q3,
    p50_us: p50.median,
    p99_us: p99.median,
    p999_us: p999.median,
  };
}
