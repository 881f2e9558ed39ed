import { join } from "node:path";
import { type Ranking, rank } from "../../../components/storage/results/ranking";
import {
  type CellResult,
  outcomeCounts,
  type RunResults,
} from "../../../components/storage/results/run-results";
import { tableOf } from "../../terminal/table";
import { writeFiles } from "./files";
import { reportPage } from "./page/report-page";
import { formatShare } from "./quantity";
import { readRun } from "./read-run";
import { resultRows } from "./rows";
import { resultsCsv, resultsParquet, resultsText } from "./table-files";

/** The options of `chainfleet storage report`. */
export interface ReportOptions {
  readonly run: string;
  /** The folder of all runs. */
  readonly results: string;
  /** Whether to print one JSON document on standard output instead of text. */
  readonly json: boolean;
  /** The folder to write to; by default the run's folder. */
  readonly output?: string | undefined;
}

/**
 * `chainfleet storage report`: ranks the pools of a run and writes `results.txt`, `results.csv`, `results.parquet` and `report.html`.
 * An unfinished run is reported with what there is.
 *
 * @returns the exit code of the process, which is 0: a failed test is a finding of the report, not a failure of the command.
 * @throws ChainfleetError as `readRun` and `writeFiles`.
 */
export function report({ run, results: folder, json, output = join(folder, run) }: ReportOptions): number {
  const { results, ranking, files } = writeReport(run, folder, output);
  process.stdout.write(
    json
      ? `${JSON.stringify(reportJson(results, ranking, files))}\n`
      : `${summaryText(results, ranking)}\n\n${files.map((file) => `wrote ${file}`).join("\n")}\n`,
  );
  return 0;
}

/** A report that was written. */
export interface WrittenReport {
  readonly results: RunResults;
  readonly ranking: Ranking;
  /** The paths of the files. */
  readonly files: readonly string[];
}

/**
 * Writes the tables and the page of a run.
 *
 * @param folder of all runs.
 * @param output the folder to write to.
 * @throws ChainfleetError as `readRun` and `writeFiles`.
 */
export function writeReport(run: string, folder: string, output: string): WrittenReport {
  const results = readRun(folder, run);
  const ranking = rank(results.cells);
  const rows = resultRows(run, results.cells);
  const files = writeFiles(output, {
    "results.txt": `${summaryText(results, ranking)}\n\n${resultsText(rows)}\n`,
    "results.csv": resultsCsv(rows),
    "results.parquet": resultsParquet(rows),
    "report.html": reportPage(results, ranking),
  });
  return { results, ranking, files };
}

/** What `--json` prints. Units as in `Figures`; a score is a fraction. */
export function reportJson(
  { record, cells }: RunResults,
  ranking: Ranking,
  files: readonly string[],
): object {
  const { run, mode, startedAt, environment, fingerprint } = record;
  const counts = outcomeCounts(cells);
  return {
    run,
    mode,
    startedAt,
    fingerprint,
    environment,
    finished: counts.missing === 0,
    counts,
    ranking,
    cells: cells.map(({ cell, ...result }) => ({ ...cell, ...result })),
    files,
  };
}

/** The ranking and what is missing, for the terminal. */
export function summaryText({ record, cells }: RunResults, ranking: Ranking): string {
  const { passed, failed, missing } = outcomeCounts(cells);
  const progress = missing === 0 ? "" : "; the run is not finished";
  return [
    `${record.run} (${record.mode}): ${passed} of ${cells.length} tests passed, ${failed} failed, ${missing} missing${progress}`,
    rankingTable(ranking),
    ...gaps(cells),
  ].join("\n");
}

function rankingTable({ pools, incomplete, profiles }: Ranking): string {
  const none = profiles.map(() => "");
  return tableOf(
    [
      { numbers: "#" },
      "pool",
      { numbers: "score" },
      { numbers: "p99 score" },
      ...profiles.map((profile) => ({ numbers: profile })),
    ],
    [
      ...pools.map(({ rank: place, pool, score, latencyScore, profiles: shares }) => [
        place,
        pool,
        formatShare(score),
        formatShare(latencyScore),
        ...profiles.map((profile) => formatShare(shares[profile]?.throughput ?? 0)),
      ]),
      ...incomplete.map(({ pool }) => ["-", pool, "not ranked", "", ...none]),
    ],
  );
}

/** One line a failed cell, and one a pool with missing cells, of which an unfinished run may have thousands. */
function gaps(cells: readonly CellResult[]): string[] {
  const pools = [...new Set(cells.map(({ cell }) => cell.pool))];
  return [
    ...cells.flatMap((result) =>
      result.outcome === "failed" ? [`failed: ${result.key}: ${result.reason.split("\n")[0]}`] : [],
    ),
    ...pools.flatMap((pool) => {
      const missing = cells.filter(({ cell, outcome }) => cell.pool === pool && outcome === "missing");
      return missing.length === 0
        ? []
        : [`missing: ${missing.length} of ${pool}, the first is ${missing[0]?.key}`];
    }),
  ];
}
