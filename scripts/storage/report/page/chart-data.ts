import { DIRECTIONS, type Direction } from "../../../../components/storage/results/fio-output";
import type { Distribution, FigureDistributions } from "../../../../components/storage/results/repetitions";
import type { CellResult } from "../../../../components/storage/results/run-results";
import { formatBandwidth, formatIops, formatLatency } from "../quantity";

/** What `charts.client.js` draws. An element with `data-test="3"` shows `tests[3]`. */
export interface ChartData {
  readonly tests: readonly TestChart[];
}

/** One test on all pools. */
export interface TestChart {
  readonly pools: readonly PoolChart[];
}

export type PoolChart = {
  readonly pool: string;
  readonly outcome: CellResult["outcome"];
} & { readonly [direction in Direction]?: DirectionChart };

interface DirectionChart {
  readonly iops: RateValue;
  /** In MiB/s, the unit of the chart's axis. */
  readonly bandwidth: RateValue;
  /** In microseconds. */
  readonly p50: Value;
  readonly p99: Value;
  readonly p999: Value;
}

interface Value {
  readonly value: number;
  /** The value with its unit, for a person. */
  readonly text: string;
}

interface RateValue extends Value {
  readonly q1: number;
  readonly q3: number;
  /** The quartiles with their unit, for a person. */
  readonly quartiles: string;
}

/** The chart data of one test. The pools stay in the order of the cells. */
export function testChart(cells: readonly CellResult[]): TestChart {
  return {
    pools: cells.map((result) => ({
      pool: result.cell.pool,
      outcome: result.outcome,
      ...(result.outcome === "passed"
        ? Object.fromEntries(
            DIRECTIONS.flatMap((direction) => {
              const figures = result.figures[direction];
              return figures === undefined ? [] : [[direction, directionChart(figures)]];
            }),
          )
        : {}),
    })),
  };
}

const MIB = 1024 ** 2;

function directionChart({ iops, bandwidth, p50, p99, p999 }: FigureDistributions): DirectionChart {
  return {
    iops: rate(iops, 1, formatIops),
    bandwidth: rate(bandwidth, MIB, formatBandwidth),
    p50: latency(p50),
    p99: latency(p99),
    p999: latency(p999),
  };
}

function rate({ median, q1, q3 }: Distribution, unit: number, format: (value: number) => string): RateValue {
  return {
    value: median / unit,
    q1: q1 / unit,
    q3: q3 / unit,
    text: format(median),
    quartiles: `${format(q1)} to ${format(q3)}`,
  };
}

function latency({ median }: Distribution): Value {
  return { value: median, text: formatLatency(median) };
}
