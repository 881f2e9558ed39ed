import { basename, relative, resolve } from "node:path";
import { ChainfleetError } from "../../components/error";
import { allRuns, directoryOf, RUNS, runsOf, STEPS, SUMMARY, textOf } from "../run/records/record-files";
import type { RecordedSteps } from "../run/records/recorded-steps";
import type { Summary } from "../run/summary";
import { readWaits } from "../run/timing/waits";
import { type ExplainedRun, explain } from "./explanation";
import { explanationText } from "./words";

/** The options of `chainfleet explain`. */
export interface ExplainOptions {
  readonly stack?: string;
  readonly json: boolean;
}

/**
 * Says where the time of a run went.
 *
 * @param run the id of the run or the path of its record; undefined for the last run of the stack.
 * @returns the exit code of the process.
 * @throws ChainfleetError `RUN_NOT_NAMED`, `NO_RUN`, `RUN_UNKNOWN`, `RUN_UNFINISHED` or `RECORD_UNREADABLE`
 */
export function explainRun(run: string | undefined, { stack, json }: ExplainOptions): number {
  const explanation = explain(readRun(run === undefined ? lastRun(stack) : knownRun(run)));
  process.stdout.write(json ? `${JSON.stringify(explanation)}\n` : `${explanationText(explanation)}\n`);
  return 0;
}

function lastRun(stack: string | undefined): string {
  if (stack === undefined) {
    throw new ChainfleetError({
      code: "RUN_NOT_NAMED",
      summary: "Neither a run nor a stack is named.",
      next: `Name the stack whose last run is to be explained, with --stack, or name a run: the names of the folders in ${shown(RUNS)}.`,
    });
  }
  const last = runsOf(stack).at(-1);
  if (last === undefined) {
    throw new ChainfleetError({
      code: "NO_RUN",
      summary: `There is no record of a run of the stack "${stack}" in ${shown(RUNS)}.`,
      next: "The commands up and down leave a record on the machine on which they run.",
    });
  }
  return last;
}

function knownRun(run: string): string {
  const id = basename(resolve(run));
  if (allRuns().includes(id)) {
    return id;
  }
  const latest = allRuns().slice(-3).reverse();
  throw new ChainfleetError({
    code: "RUN_UNKNOWN",
    summary: `There is no run ${id} in ${shown(RUNS)}.`,
    next: latest.length === 0 ? "No run has left a record yet." : `The latest runs are ${latest.join(", ")}.`,
  });
}

function readRun(run: string): ExplainedRun {
  const [summary, steps] = [textOf(run, SUMMARY), textOf(run, STEPS)];
  if (summary === undefined || steps === undefined) {
    throw new ChainfleetError({
      code: "RUN_UNFINISHED",
      summary: `The run ${run} did not write ${summary === undefined ? SUMMARY : STEPS}: it was killed, or it is still in progress.`,
      next: `The events until then are in ${shown(directoryOf(run))}. The next up takes over what the run has left behind.`,
    });
  }
  try {
    return {
      run,
      summary: JSON.parse(summary) as Summary,
      recorded: JSON.parse(steps) as RecordedSteps,
      waits: readWaits(directoryOf(run)),
    };
  } catch (cause) {
    throw new ChainfleetError({
      code: "RECORD_UNREADABLE",
      summary: `The record of the run ${run} cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

function shown(path: string): string {
  return relative(process.cwd(), path) || ".";
}
