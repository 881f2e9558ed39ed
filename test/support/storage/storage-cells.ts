import type { Measurement } from "../../../components/storage/results/fio-output";
import { cellOf } from "../../../components/storage/results/records";
import { figuresOf } from "../../../components/storage/results/repetitions";
import type { CellResult } from "../../../components/storage/results/run-results";

/** What the one job of a test measured. */
export interface Work {
  readonly pattern?: string;
  /** Bytes. */
  readonly block?: number;
  /** The IOPS of each repetition. */
  readonly reads: readonly number[];
  readonly writes?: readonly number[];
  /** p99 in microseconds; by default 1,000,000 divided by the IOPS. */
  readonly p99?: number;
}

/** A cell that passed, with one job. */
export function passed(
  key: string,
  { pattern = "randrw", block = 4096, reads, writes, p99 }: Work,
): CellResult {
  const measurement = (iops: number): Measurement => {
    const latency = p99 ?? 1_000_000 / iops;
    return {
      iops,
      bandwidth: iops * block,
      p50: latency / 2,
      p99: latency,
      p999: latency * 2,
      ios: iops,
      seconds: 1,
    };
  };
  const repetitions = reads.map((iops, index) => {
    const read = measurement(iops);
    const writeIops = writes?.[index];
    const write = writeIops === undefined ? undefined : measurement(writeIops);
    return { jobs: [{ job: "job", group: 0, pattern, error: 0, read, write }], read, write };
  });
  return { key, cell: cellOf(key), outcome: "passed", figures: figuresOf(repetitions) };
}

export function failed(key: string): CellResult {
  return { key, cell: cellOf(key), outcome: "failed", reason: "The VM did not boot." };
}

export function missing(key: string): CellResult {
  return { key, cell: cellOf(key), outcome: "missing", reason: "The test has not run yet." };
}
