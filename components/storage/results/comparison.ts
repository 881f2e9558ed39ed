import { DIRECTIONS, type Direction } from "./fio-output";
import { mannWhitney } from "./mann-whitney";
import { isPassed, type Measure, measureOf } from "./ranking";
import type { Cell } from "./records";
import type { Distribution } from "./repetitions";
import type { CellResult, PassedCell } from "./run-results";

/** Two runs side by side. */
export interface Comparison {
  /** The figures of the cells that passed in both runs. */
  readonly figures: readonly ComparedFigure[];
  /** The cells that did not pass in both runs. */
  readonly unmatched: readonly UnmatchedCell[];
}

/** A figure of a cell in both runs. */
export interface ComparedFigure {
  readonly key: string;
  readonly cell: Cell;
  readonly direction: Direction;
  readonly figure: Measure | "p99";
  /** The medians over the repetitions. IOPS, bytes per second or microseconds. */
  readonly base: number;
  readonly other: number;
  /** `other` divided by `base`. */
  readonly ratio: number;
  /** The p-value of the Mann–Whitney test; undefined if a run has fewer than four repetitions. */
  readonly p: number | undefined;
  readonly verdict: Verdict;
}

/** What the comparison says of the other run. */
export type Verdict = "better" | "worse" | "no significant difference" | "not enough repetitions";

export interface UnmatchedCell {
  readonly key: string;
  readonly base: CellResult["outcome"] | "absent";
  readonly other: CellResult["outcome"] | "absent";
}

/** The least number of repetitions for a test: with three each, no result can be significant (the least p-value is 0.1). */
const FEWEST_COMPARED_REPETITIONS = 4;

/** A difference is called significant if p is at most this. */
export const SIGNIFICANCE_LEVEL = 0.05;

/**
 * Compares the cells of two runs from like environments: the throughput and the p99 latency of each direction. Whether the
 * environments are alike is for the caller to check.
 */
export function compareCells(base: readonly CellResult[], other: readonly CellResult[]): Comparison {
  const [bases, others] = [base, other].map((cells) => new Map(cells.map((cell) => [cell.key, cell])));
  const keys = [...new Set([...base, ...other].map(({ key }) => key))];
  const pairs = keys.map((key) => ({ key, one: bases?.get(key), two: others?.get(key) }));
  return {
    figures: pairs.flatMap(({ one, two }) =>
      one && two && isPassed(one) && isPassed(two) ? compareFigures(one, two) : [],
    ),
    unmatched: pairs.flatMap(({ key, one, two }) =>
      one?.outcome === "passed" && two?.outcome === "passed"
        ? []
        : [{ key, base: one?.outcome ?? "absent", other: two?.outcome ?? "absent" }],
    ),
  };
}

/** The number of compared figures of each verdict. */
export function verdictCounts({ figures }: Comparison): Readonly<Record<Verdict, number>> {
  const count = (verdict: Verdict) => figures.filter((figure) => figure.verdict === verdict).length;
  return {
    better: count("better"),
    worse: count("worse"),
    "no significant difference": count("no significant difference"),
    "not enough repetitions": count("not enough repetitions"),
  };
}

function compareFigures(base: PassedCell, other: PassedCell): ComparedFigure[] {
  return DIRECTIONS.flatMap((direction) =>
    [measureOf(base.figures), "p99" as const].flatMap((figure) => {
      const one = base.figures[direction]?.[figure];
      const two = other.figures[direction]?.[figure];
      if (one === undefined || two === undefined) {
        return [];
      }
      const p = significance(one, two);
      const ratio = one.median === two.median ? 1 : two.median / one.median;
      const isGain = figure === "p99" ? ratio < 1 : ratio > 1;
      return [
        {
          key: base.key,
          cell: base.cell,
          direction,
          figure,
          base: one.median,
          other: two.median,
          ratio,
          p,
          verdict: verdictOf(p, ratio === 1 ? undefined : isGain),
        },
      ];
    }),
  );
}

function significance(base: Distribution, other: Distribution): number | undefined {
  const repetitions = Math.min(base.values.length, other.values.length);
  return repetitions < FEWEST_COMPARED_REPETITIONS ? undefined : mannWhitney(base.values, other.values);
}

/** @param isGain undefined if the medians are equal. */
function verdictOf(p: number | undefined, isGain: boolean | undefined): Verdict {
  if (p === undefined) {
    return "not enough repetitions";
  }
  if (p > SIGNIFICANCE_LEVEL || isGain === undefined) {
    return "no significant difference";
  }
  return isGain ? "better" : "worse";
}
