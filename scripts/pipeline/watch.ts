import { spawn } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../components/root";
import { runOnChanges, type StartedRun } from "../../pipeline/watch/run-on-changes";
import { watchTree } from "../../pipeline/watch/tree-watch";
import { onInterrupt } from "../interruption";
import type { PipelineOptions } from "./pipeline";

/**
 * Runs the pipeline, and again after each change of a file. Each run is a process of its own, because this one has loaded the code
 * of the checks as it was when it started.
 *
 * @returns the exit code of the process: that of the last run, which is 130 if the run was stopped.
 */
export async function watchPipeline(options: PipelineOptions): Promise<number> {
  const runs = runOnChanges({
    start: (first) => startRun(argumentsOf(options, first)),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const watch = watchTree(PROJECT_ROOT, runs.changed);
  const stopHandling = onInterrupt(runs.end);
  try {
    return await runs.ended;
  } finally {
    watch.close();
    stopHandling();
  }
}

/** Only the first run works on what is unchanged. */
function argumentsOf({ all, cold, changed, ...options }: PipelineOptions, first: boolean): string[] {
  const { junit, metrics, push, json } = options;
  return [
    ...(first && all ? ["--all"] : []),
    ...(first && cold ? ["--cold"] : []),
    ...(first && changed.length > 0 ? ["--changed", ...changed] : []),
    ...(junit === undefined ? [] : ["--junit", junit]),
    ...(metrics === undefined ? [] : ["--metrics", metrics]),
    ...(push === undefined ? [] : ["--push", push]),
    ...(json ? ["--json"] : []),
  ];
}

function startRun(args: readonly string[]): StartedRun {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, "bin/chainfleet"), "pipeline", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    // A Ctrl+C at the terminal reaches the run through this process, once.
    detached: true,
  });
  return {
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    }),
    stop: () => void child.kill("SIGINT"),
  };
}
