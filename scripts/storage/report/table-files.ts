import { stringify } from "csv-stringify/sync";
import { parquetWriteBuffer } from "hyparquet-writer";
import { tableOf } from "../../terminal/table";
import { groupName, testName } from "./names";
import { formatBandwidth, formatIops, formatLatency } from "./quantity";
import { RESULT_COLUMNS, type ResultRow } from "./rows";
import { tablesByGroup } from "./tables-by-group";

/** The results as text, medians over the repetitions: a table for each VM group of each pool. */
export function resultsText(rows: readonly ResultRow[]): string {
  return tablesByGroup(rows, groupHeading, (ofGroup) =>
    tableOf(
      [
        "test",
        "job",
        "direction",
        ...["IOPS", "bandwidth", "p50", "p99", "p99.9"].map((numbers) => ({ numbers })),
      ],
      ofGroup.map((row) => [
        testName({ profile: row.fio_profile, blockSize: row.block_size }),
        row.job_name ?? row.outcome,
        row.direction ?? "",
        shown(row.iops, formatIops),
        shown(row.bandwidth_bytes, formatBandwidth),
        shown(row.p50_us, formatLatency),
        shown(row.p99_us, formatLatency),
        shown(row.p999_us, formatLatency),
      ]),
    ),
  );
}

function groupHeading({ storage_pool: pool, vm_size: size, pvc_size: pvc, concurrency }: ResultRow): string {
  return `${pool}: ${groupName({ size, pvc, concurrency })}`;
}

/** The results as CSV with a line of headings. What is null is empty. */
export function resultsCsv(rows: readonly ResultRow[]): string {
  // Spreadsheets take a text that begins with "=" for a formula, and errors quote what a VM wrote.
  return stringify([...rows], { header: true, columns: Object.keys(RESULT_COLUMNS), escape_formulas: true });
}

/** The results as a Parquet file, one column a field of `ResultRow`. */
export function resultsParquet(rows: readonly ResultRow[]): Uint8Array {
  const columnData = Object.entries(RESULT_COLUMNS).map(([name, type]) => ({
    name,
    data: rows.map((row) => row[name as keyof ResultRow]),
    type: PARQUET_TYPES[type],
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

const PARQUET_TYPES = { text: "STRING", integer: "INT32", number: "DOUBLE" } as const;

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "" : format(value);
}
