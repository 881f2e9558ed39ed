import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import {
  historyFile,
  type PipelinePlan,
  planPipeline,
  type Reuse,
  runFolder,
  runPipeline,
} from "../../pipeline/pipeline";
import { readHistory } from "../../pipeline/report/history";
import type { PipelineReport } from "../../pipeline/report/report";
import { wantsTrace } from "../../pipeline/report/trace-settings";
import { INTERRUPTED, onInterrupt } from "../interruption";
import { errorText } from "../terminal/error-layout";
import { pipelineDisplay } from "./display";
import { planText, summaryText } from "./summary";

export interface PipelineOptions {
  readonly all: boolean;
  readonly cold: boolean;
  readonly changed: readonly string[];
  readonly plan: boolean;
  readonly watch: boolean;
  readonly junit?: string;
  readonly metrics?: string;
  readonly push?: string;
  readonly json: boolean;
}

/** Runs the pipeline. @returns the exit code of the process: 0 only if everything has succeeded. */
export async function pipeline(options: PipelineOptions): Promise<number> {
  if (options.plan) {
    // A plan deletes nothing.
    const plan = planPipeline(
      PROJECT_ROOT,
      reuseOf({ ...options, all: options.all || options.cold, cold: false }),
    );
    process.stdout.write(`${options.json ? JSON.stringify(planned(plan)) : planText(plan.planned)}\n`);
    return 0;
  }
  const plan = planPipeline(PROJECT_ROOT, reuseOf(options));
  const controller = new AbortController();
  const display = pipelineDisplay(process.stderr, plan.tasks);
  const endInterrupts = onInterrupt(() => {
    if (!controller.signal.aborted) {
      display.say("Stopping. What has succeeded is kept for the next run.");
      controller.abort();
    }
  });
  let problems: ChainfleetError[] = [];
  try {
    const { signal } = controller;
    const report = await runPipeline(plan, {
      ...{ signal, onEvent: display.event },
      report: async (report) => {
        problems = await problemsOf(reportWorks(report, options));
      },
    });
    display.end();
    const folder = relative(process.cwd(), runFolder(PROJECT_ROOT, report.id));
    process.stdout.write(`${options.json ? JSON.stringify(report) : summaryText(report, folder)}\n`);
    for (const problem of problems) {
      process.stderr.write(`${errorText(problem, process.stderr)}\n`);
    }
    if (report.result === "stopped") {
      return INTERRUPTED;
    }
    return report.result === "failed" || problems.length > 0 ? 1 : 0;
  } finally {
    display.end();
    endInterrupts();
  }
}

/** A report that cannot be sent hides neither the result of the run nor another report. */
async function problemsOf(works: readonly (() => Promise<void>)[]): Promise<ChainfleetError[]> {
  const problems: ChainfleetError[] = [];
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ChainfleetError)) {
        throw error;
      }
      problems.push(error);
    }
  }
  return problems;
}

/** What is to be written and sent. Each needs a package that takes time to load, so it is loaded only then. */
function reportWorks(
  report: PipelineReport,
  { junit, metrics, push }: PipelineOptions,
): (() => Promise<void>)[] {
  const works: (() => Promise<void>)[] = [];
  if (junit !== undefined) {
    works.push(async () => {
      const { junitXml } =
        require("../../pipeline/report/junit") as typeof import("../../pipeline/report/junit");
      replaceFile(junit, junitXml(report));
    });
  }
  if (metrics !== undefined) {
    works.push(async () => replaceFile(metrics, await registryOfRuns().metrics()));
  }
  if (push !== undefined) {
    works.push(async () => {
      const { pushMetrics } =
        require("../../pipeline/report/metrics") as typeof import("../../pipeline/report/metrics");
      await pushMetrics(registryOfRuns(), push);
    });
  }
  if (wantsTrace(process.env)) {
    works.push(async () => {
      const { sendTrace } =
        require("../../pipeline/report/traces") as typeof import("../../pipeline/report/traces");
      await sendTrace(report);
    });
  }
  return works;
}

function registryOfRuns() {
  const { pipelineMetrics } =
    require("../../pipeline/report/metrics") as typeof import("../../pipeline/report/metrics");
  return pipelineMetrics(readHistory(historyFile(PROJECT_ROOT)));
}

/** The collector of Prometheus must not read half of a file. */
function replaceFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}

function reuseOf({ all, cold, changed }: PipelineOptions): Reuse {
  if (cold) {
    return { kind: "nothing" };
  }
  return all ? { kind: "caches" } : { kind: "results", changed: changed.map(fromRoot) };
}

/** The path from the project's root, as the inputs of tasks are named. */
function fromRoot(file: string): string {
  return relative(PROJECT_ROOT, resolve(file));
}

/** A plan as `--plan --json` prints it. */
function planned({ planned: tasks }: PipelinePlan) {
  return {
    tasks: tasks.map(({ task, affected, fingerprints }) => ({
      name: task.name,
      stage: task.stage,
      after: task.after,
      affected,
      unchanged: fingerprints.size - affected.length,
    })),
  };
}
