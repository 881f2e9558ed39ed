import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { poolOfKey } from "../../../components/storage/plan/cell";
import { type PoolSummary, parsePoolSummary } from "../../../components/storage/results/records";
import type { RunFolder } from "../../../components/storage/run/run-folder";
import type { Summary } from "../../run/summary";
import { duration } from "../../terminal/duration";

/** How a run ended. */
export interface RunOutcome {
  readonly run: string;
  readonly result: Summary["result"];
  /** Of wall-clock time. */
  readonly seconds: number;
  readonly pools: readonly PoolResult[];
  /** The folder of the run, relative to the folder in which the command was called. */
  readonly folder: string;
  /** The page with the charts. Undefined: no test has a result. */
  readonly page?: string | undefined;
}

/** How the tests of a pool ended. */
export interface PoolResult extends PoolSummary {
  readonly pool: string;
  /** The tests of the pool in this run, whether they ran or not. */
  readonly tests: number;
  readonly log: string;
}

/** What the outcome is read from. */
export interface OutcomeSources {
  readonly folder: RunFolder;
  /** The keys of the run's tests. */
  readonly tests: readonly string[];
  readonly summary: Summary;
  readonly page: string | undefined;
}

export function outcomeOf({ folder, tests, summary, page }: OutcomeSources): RunOutcome {
  const done = folder.doneKeys();
  const pools = [...new Set(tests.map(poolOfKey))].map((pool): PoolResult => {
    const own = tests.filter((key) => poolOfKey(key) === pool);
    const passed = own.filter((key) => done.has(key)).length;
    const written = poolSummary(folder, pool);
    return {
      pool,
      tests: own.length,
      // A stopped run has no summary of a pool that has not ended.
      ...(written ?? { run: passed, passed, failed: 0, skipped: own.length - passed }),
      log: relative(process.cwd(), folder.poolLog(pool)),
    };
  });
  return {
    run: folder.run,
    result: summary.result,
    seconds: summary.seconds,
    pools,
    folder: relative(process.cwd(), folder.path),
    page,
  };
}

function poolSummary(folder: RunFolder, pool: string): PoolSummary | undefined {
  try {
    return parsePoolSummary(readFileSync(folder.poolSummary(pool), "utf8"));
  } catch {
    return undefined;
  }
}

/** The outcome as text, in the form that users of the seed's scripts know. */
export function outcomeText({ run, result, seconds, pools, folder, page }: RunOutcome): string {
  const width = Math.max(...pools.map(({ pool }) => pool.length)) + 1;
  return [
    "Per-pool results:",
    ...pools.map(
      ({ pool, run: ran, passed, failed, skipped, log }) =>
        `  ${`${pool}:`.padEnd(width)} ${passed}/${ran} passed, ${failed} failed, ${skipped} skipped (log: ${log})`,
    ),
    `${result} in ${duration(seconds)}; run ${run}, results in ${folder}`,
    ...(page === undefined ? [] : [`report: ${page}`]),
    ...(result === "succeeded" ? [] : [`Finish the run: chainfleet storage resume ${run}`]),
  ].join("\n");
}
