import { relative } from "node:path";
import type { Command } from "commander";
import { wholeNumber } from "../terminal/whole-number";
import type { CleanOptions } from "./clean";
import type { RunOptions } from "./run/options";

/**
 * Adds the `storage` commands to the program. The module of a command is loaded only when the command runs.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addStorageCommands(program: Command, onStack: (command: Command) => Command): void {
  const storage = program
    .command("storage")
    .description("Test the performance of pools of storage with fio on KubeVirt machines.");
  const running = (name: string) =>
    onStack(storage.command(name)).option(
      "-p, --parallel [n]",
      "how many pools are tested at the same time; without a number, as many as the cluster's workers can carry",
      wholeNumber,
    );

  running("run")
    .description("Run the tests of the matrix, and write a report.")
    .option("--quick", "the smallest machines and volumes, one machine: 4 tests a pool", false)
    .option("--overview", "random 4k and sequential 1M: 2 tests a pool", false)
    .option("--rank", "the tests of --overview, and mixed 4k: 3 tests a pool", false)
    .option("--pool <name...>", "only these pools")
    .option(
      "--filter <pattern...>",
      "only tests that match pool:size:pvc:concurrency:profile:blocksize, with * for any text",
    )
    .option("--exclude <pattern...>", "no tests that match the pattern")
    .option("--resume <run-id>", "finish a run that was stopped or killed, with the selection of that run")
    .option("--dry-run", "list the tests, and touch nothing", false)
    .action(async (options: RunOptions) => {
      const { runStorage } = require("./run/run") as typeof import("./run/run");
      process.exitCode = await runStorage(options);
    });
  running("resume")
    .description("Finish a run that was stopped or killed: tests that are done are not run again.")
    .argument("<run-id>", "the id of the run")
    .action(async (resume: string, options: Pick<RunOptions, "stack" | "json" | "parallel">) => {
      const { runStorage } = require("./run/run") as typeof import("./run/run");
      process.exitCode = await runStorage({ ...options, resume, ...NO_SELECTION });
    });
  onStack(storage.command("report"))
    .description("Rank the pools of a run, and write tables and a page with charts.")
    .argument("<run-id>", "the id of the run")
    .option("-o, --output <folder>", "where to write; without it, the run's own folder")
    .action((run: string, options: ReportFlags) => {
      const { report } = require("./report/report") as typeof import("./report/report");
      process.exitCode = report({ ...options, run, results: resultsFolder(options.stack) });
    });
  onStack(storage.command("compare"))
    .description("Compare two runs from like environments, test by test.")
    .argument("<base>", "the id of the run before a change")
    .argument("<other>", "the id of the run after the change")
    .option("-o, --output <folder>", "where to write; without it, the folder of the other run")
    .action((base: string, other: string, options: ReportFlags) => {
      const { compareRuns } = require("./report/compare-runs") as typeof import("./report/compare-runs");
      process.exitCode = compareRuns({ ...options, base, other, results: resultsFolder(options.stack) });
    });
  onStack(storage.command("clean"))
    .description("Delete every machine, secret and volume of a run, and wait until they are gone.")
    .argument("<run-id>", "the id of the run")
    .action(async (run: string, options: CleanOptions) => {
      const { clean } = require("./clean") as typeof import("./clean");
      process.exitCode = await clean(run, options);
    });
}

interface ReportFlags {
  readonly stack: string;
  readonly json: boolean;
  readonly output?: string;
}

/** The folder of all results of a stack, as a path that is as short as can be in messages. */
function resultsFolder(stack: string): string {
  const { storageConfig } = require("./run/options") as typeof import("./run/options");
  const { RunFolder } =
    require("../../components/storage/run/run-folder") as typeof import("../../components/storage/run/run-folder");
  return relative(process.cwd(), new RunFolder(storageConfig(stack).results, "").results) || ".";
}

const NO_SELECTION = { quick: false, overview: false, rank: false, dryRun: false };
