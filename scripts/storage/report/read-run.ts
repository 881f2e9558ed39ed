import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ChainfleetError } from "../../../components/error";
import { FioOutputError, parseFioOutput } from "../../../components/storage/results/fio-output";
import {
  cellFolder,
  cellOf,
  parsePoolSummary,
  type ResultRecord,
  type RunRecord,
  resultRecordSchema,
  runRecordSchema,
} from "../../../components/storage/results/records";
import { type CellFiles, cellResult, type RunResults } from "../../../components/storage/results/run-results";
import { closestWord } from "../../../components/suggestion";

/**
 * Reads all that a run has recorded so far. A run that still goes on can be read: its later cells are missing.
 *
 * @param results the folder of all runs.
 * @throws ChainfleetError RUN_UNKNOWN if there is no such run, RUN_RECORD_UNREADABLE if its record is torn, and
 *   RESULTS_UNREADABLE with all files of cells that are torn, missing or of another run.
 */
export function readRun(results: string, run: string): RunResults {
  const folder = join(results, run);
  const file = join(folder, RUN_RECORD);
  if (!isRunName(run) || !existsSync(file)) {
    throw unknownRun(results, run);
  }
  const record = readRunRecord(file, run);
  const problems: string[] = [];
  const cells = record.cells.map((key) => {
    try {
      return cellResult(key, record, readCell(folder, key, run));
    } catch (error) {
      if (!(error instanceof UnreadableFile)) {
        throw error;
      }
      problems.push(error.message);
      return cellResult(key, record, error.message);
    }
  });
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "RESULTS_UNREADABLE",
      summary: [
        "Files of the run are missing or damaged:",
        ...problems.map((problem) => `- ${problem}`),
      ].join("\n"),
      next: `Restore the files, or delete the folder of each cell named here and the line of the cell in ${join(results, `${run}.checkpoint`)}, and then resume the run: chainfleet storage resume ${run}`,
    });
  }
  return { record, cells };
}

const RUN_RECORD = "run.json";
const RESULT_RECORD = "result.json";

/** A run is named by a folder, not by a path. */
function isRunName(run: string): boolean {
  return run !== "" && !/[/\\]/.test(run) && !run.startsWith(".");
}

function unknownRun(results: string, run: string): ChainfleetError {
  const runs = existsSync(results)
    ? readdirSync(results).filter((name) => existsSync(join(results, name, RUN_RECORD)))
    : [];
  const intended = closestWord(run, runs);
  const newest = runs.sort().slice(-5);
  return new ChainfleetError({
    code: "RUN_UNKNOWN",
    summary: `There is no run ${JSON.stringify(run)} in the folder ${results}: the file ${join(results, run, RUN_RECORD)} does not exist.`,
    next:
      intended !== undefined
        ? `Did you mean ${intended}?`
        : newest.length > 0
          ? `Name one of the runs in the folder, for example: ${newest.join(", ")}.`
          : "The folder has no runs. Name the folder with storage.results in the config, or start a run with chainfleet storage run.",
  });
}

function readRunRecord(file: string, run: string): RunRecord {
  const parsed = runRecordSchema.safeParse(jsonOrText(readFileSync(file, "utf8")));
  const problem = parsed.success
    ? parsed.data.run !== run && `The record is of the run ${parsed.data.run}.`
    : z.prettifyError(parsed.error);
  if (parsed.success && problem === false) {
    return parsed.data;
  }
  throw new ChainfleetError({
    code: "RUN_RECORD_UNREADABLE",
    summary: `The record of the run, ${file}, is damaged:\n${problem}`,
    next: "Restore the file from a backup. Without the record nobody knows in which environment the run measured; if there is no backup, start a new run with chainfleet storage run.",
  });
}

/** A file of a cell that cannot be read. The message names the file and says why. */
class UnreadableFile extends Error {}

/** The files of a cell, or a sentence why the cell has no record. */
function readCell(runFolder: string, key: string, run: string): CellFiles | string {
  const cell = cellOf(key);
  const folder = join(runFolder, cellFolder(cell));
  const file = join(folder, RESULT_RECORD);
  if (!existsSync(file)) {
    return wasSkipped(join(runFolder, cell.pool))
      ? `The test was skipped: ${join(runFolder, cell.pool, "pool.log")} says why.`
      : "The test has not run yet.";
  }
  const record = readResultRecord(file, key, run);
  // The outputs of a failed test may be torn, and no figure is taken from them.
  const repetitions = record.outcome === "failed" ? [] : record.repetitions;
  return {
    record,
    outputs: repetitions.map(({ vms }) => vms.map(({ fio }) => readFioOutput(join(folder, fio)))),
  };
}

/** Whether the tests of a pool have ended and some of them were skipped, as happens if machines do not boot. */
function wasSkipped(poolFolder: string): boolean {
  const file = join(poolFolder, ".pool-summary");
  const summary = existsSync(file) ? parsePoolSummary(readFileSync(file, "utf8")) : undefined;
  return summary !== undefined && summary.skipped > 0;
}

function readResultRecord(file: string, key: string, run: string): ResultRecord {
  const parsed = resultRecordSchema.safeParse(jsonOrText(readFileSync(file, "utf8")));
  if (!parsed.success) {
    throw new UnreadableFile(`${file}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
  }
  const { data: record } = parsed;
  if (record.key !== key || record.run !== run) {
    throw new UnreadableFile(`${file}: the record is of the cell ${record.key} of the run ${record.run}.`);
  }
  if (record.outcome === "passed" && record.repetitions.length === 0) {
    throw new UnreadableFile(`${file}: the test passed, but the record lists no repetition.`);
  }
  return record;
}

function readFioOutput(file: string): ReturnType<typeof parseFioOutput> {
  if (!existsSync(file)) {
    throw new UnreadableFile(`${file}: the file does not exist.`);
  }
  try {
    return parseFioOutput(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof FioOutputError)) {
      throw error;
    }
    throw new UnreadableFile(`${file}: ${error.message}`, { cause: error });
  }
}

/** The parsed JSON; the text itself if it is none, which a schema then refuses. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
