import { join } from "node:path";
import { ChainfleetError } from "../../../components/error";
import {
  type Comparison,
  compareCells,
  SIGNIFICANCE_LEVEL,
  verdictCounts,
} from "../../../components/storage/results/comparison";
import {
  describeDifference,
  differences,
  fingerprint,
  onlyPools,
} from "../../../components/storage/results/environment";
import type { Environment } from "../../../components/storage/results/records";
import type { RunResults } from "../../../components/storage/results/run-results";
import { tableOf } from "../../terminal/table";
import { writeFiles } from "./files";
import { groupName, testName } from "./names";
import { comparisonPage } from "./page/comparison-page";
import { FIGURE_NAMES, formatChange, formatFigure, formatP } from "./quantity";
import { readRun } from "./read-run";
import { tablesByGroup } from "./tables-by-group";

/** The options of `chainfleet storage compare`. */
export interface CompareOptions {
  /** The run before a change. */
  readonly base: string;
  /** The run after the change. */
  readonly other: string;
  /** The folder of all runs. */
  readonly results: string;
  /** Whether to print one JSON document on standard output instead of text. */
  readonly json: boolean;
  /** The folder to write to; by default the folder of the other run. */
  readonly output?: string | undefined;
}

/**
 * `chainfleet storage compare`: compares two runs from like environments, and writes `compare.html`.
 *
 * @returns the exit code of the process, which is 0, also if the other run is worse.
 * @throws ChainfleetError RUNS_NOT_COMPARABLE with all differences if the environments of the pools that both runs have differ, and as `readRun` and `writeFiles`.
 */
export function compareRuns({
  base,
  other,
  results,
  json,
  output = join(results, other),
}: CompareOptions): number {
  const [one, two] = [readRun(results, base), readRun(results, other)];
  const environment = commonEnvironment(one, two);
  const comparison = compareCells(one.cells, two.cells);
  const runs = { base, other, fingerprint: fingerprint(environment) };
  const files = writeFiles(output, {
    "compare.html": comparisonPage(runs, comparison, environment),
  });
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...runs, counts: verdictCounts(comparison), ...comparison, files })}\n`
      : `${comparisonText(runs, comparison)}\n\n${files.map((file) => `wrote ${file}`).join("\n")}\n`,
  );
  return 0;
}

/** The names of two compared runs. */
export interface ComparedRuns {
  readonly base: string;
  readonly other: string;
}

/** The comparison as a table, for the terminal. */
export function comparisonText({ base, other }: ComparedRuns, comparison: Comparison): string {
  const counts = Object.entries(verdictCounts(comparison)).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    `${other} against ${base}: ${counts.join(", ")}`,
    tablesByGroup(
      comparison.figures,
      ({ cell }) => `${cell.pool}: ${groupName(cell)}`,
      (figures) =>
        tableOf(
          ["test", "figure", ...[base, other, "change", "p"].map((numbers) => ({ numbers })), "verdict"],
          figures.map((compared) => [
            testName(compared.cell),
            `${compared.direction} ${FIGURE_NAMES[compared.figure]}`,
            formatFigure(compared.figure, compared.base),
            formatFigure(compared.figure, compared.other),
            formatChange(compared.ratio),
            compared.p === undefined ? "" : formatP(compared.p),
            compared.verdict,
          ]),
        ),
    ),
    `At this level of significance (${SIGNIFICANCE_LEVEL}), about one figure in ${1 / SIGNIFICANCE_LEVEL} differs by chance alone.`,
    ...comparison.unmatched.map(
      (cell) => `not compared: ${cell.key} (${base}: ${cell.base}, ${other}: ${cell.other})`,
    ),
  ].join("\n");
}

/**
 * The environment in which both runs measured: that of the pools that both have. A pool of one run alone has no counterpart to be
 * compared with, so the runs are alike without the pool.
 *
 * @throws ChainfleetError RUNS_NOT_COMPARABLE.
 */
function commonEnvironment({ record: base }: RunResults, { record: other }: RunResults): Environment {
  const pools = Object.keys(base.environment.pools).filter((pool) => pool in other.environment.pools);
  const [one, two] = [base, other].map(({ environment }) => onlyPools(environment, pools));
  const found = one && two ? differences(one, two) : [];
  if (one !== undefined && pools.length > 0 && found.length === 0) {
    return one;
  }
  const reasons = pools.length === 0 ? ["The runs have no pool in common."] : found.map(describeDifference);
  throw new ChainfleetError({
    code: "RUNS_NOT_COMPARABLE",
    summary: [
      `The runs ${base.run} (first) and ${other.run} (second) measured in different environments, so their figures cannot be compared:`,
      ...reasons.map((reason) => `- ${reason}`),
    ].join("\n"),
    next: "Repeat one of the runs in the environment of the other, or read the reports of both side by side.",
  });
}
