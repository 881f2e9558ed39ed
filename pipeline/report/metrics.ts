import { hostname } from "node:os";
import { Counter, Histogram, Pushgateway, Registry } from "prom-client";
import { ChainfleetError } from "../../components/error";
import { STAGE_BUDGET_SECONDS, STAGES, type Stage, WARNING_SECONDS } from "../graph/stage";
import type { PastRun } from "./history";

/** Bounds at the budgets and at the profiler's limit, so that a query can count the stages over them. */
const BUCKETS: readonly number[] = [
  ...new Set([0.1, 0.5, 1, 2, 5, 30, 60, 120, 300, WARNING_SECONDS, ...Object.values(STAGE_BUDGET_SECONDS)]),
].toSorted((a, b) => a - b);

/**
 * The metrics of the runs of a clone: the histogram `pipeline_stage_duration_seconds` and the counter
 * `pipeline_failures_total`, both by stage. Stages without failures have the count 0, so that an alert can compare.
 *
 * @param history every run since the clone was made, because a process of the command lives for one run only.
 */
export function pipelineMetrics(history: readonly PastRun[]): Registry {
  const registry = new Registry();
  const durations = new Histogram({
    name: "pipeline_stage_duration_seconds",
    help: "Seconds in which a stage of the pipeline worked. Stages that had nothing to do are not counted.",
    labelNames: ["stage"],
    buckets: [...BUCKETS],
    registers: [registry],
  });
  const failures = new Counter({
    name: "pipeline_failures_total",
    help: "Runs of the pipeline in which a stage failed.",
    labelNames: ["stage"],
    registers: [registry],
  });
  for (const stage of STAGES) {
    failures.inc({ stage }, 0);
  }
  for (const { stages, failed } of history) {
    for (const [stage, seconds] of Object.entries(stages) as [Stage, number][]) {
      durations.observe({ stage }, seconds);
    }
    for (const stage of failed) {
      failures.inc({ stage });
    }
  }
  return registry;
}

/**
 * Sends the metrics to a Prometheus Pushgateway, https://github.com/prometheus/pushgateway, as the job `chainfleet_pipeline` of
 * this machine. The Pushgateway replaces what the machine has sent before.
 *
 * @param url of the Pushgateway. @example "http://pushgateway.example:9091"
 * @throws ChainfleetError `METRICS_NOT_PUSHED` if the Pushgateway cannot be reached or refuses the metrics.
 */
export async function pushMetrics(registry: Registry, url: string): Promise<void> {
  try {
    const gateway = new Pushgateway(url, { timeout: 5_000 }, registry);
    await gateway.push({ jobName: "chainfleet_pipeline", groupings: { instance: hostname() } });
  } catch (cause) {
    throw new ChainfleetError({
      code: "METRICS_NOT_PUSHED",
      summary: `The metrics could not be sent to the Pushgateway at ${withoutPassword(url)}: ${(cause as Error).message}. The run itself is complete.`,
      next: "Check the URL after --push, and that the Pushgateway can be reached from here.",
      cause,
    });
  }
}

function withoutPassword(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "an invalid URL";
  }
}
