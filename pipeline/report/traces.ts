import { context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { envDetectorSync, Resource } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { ChainfleetError } from "../../components/error";
import type { Stage } from "../graph/stage";
import type { PipelineReport, TaskReport } from "./report";

/**
 * Sends the trace of a run to a collector: a span for the run, in it one for each stage that did something, and in these one for
 * each task. The variables of OpenTelemetry say where to, with which headers, and how the service is named:
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/.
 *
 * @throws ChainfleetError `TRACES_NOT_SENT` if the collector cannot be reached or refuses the trace.
 */
export async function sendTrace(report: PipelineReport): Promise<void> {
  requireProtocol();
  const finished = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: new Resource({ "service.name": "chainfleet-pipeline" }).merge(envDetectorSync.detect()),
    spanProcessors: [new SimpleSpanProcessor(finished)],
  });
  recordRun(provider.getTracer("chainfleet-pipeline"), report);
  const exporter = new OTLPTraceExporter();
  const { code, error } = await new Promise<{ code: ExportResultCode; error?: Error }>((resolve) =>
    exporter.export(finished.getFinishedSpans(), resolve),
  );
  if (code !== ExportResultCode.SUCCESS) {
    throw notSent(error?.message ?? "the collector refused it", error);
  }
}

/** The protocol that the specification has as its default, and that every collector takes. */
const PROTOCOL = "http/protobuf";

/** The exporter ignores the variables of the protocol. */
function requireProtocol(): void {
  const { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ofTraces, OTEL_EXPORTER_OTLP_PROTOCOL: ofAll } = process.env;
  const asked = ofTraces || ofAll || PROTOCOL;
  if (asked !== PROTOCOL) {
    throw notSent(`OTEL_EXPORTER_OTLP_PROTOCOL is "${asked}", and only ${PROTOCOL} is spoken here`);
  }
}

function notSent(why: string, cause?: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "TRACES_NOT_SENT",
    summary: `The trace of the run could not be sent to the collector: ${why}. The run itself is complete.`,
    next: "Check OTEL_EXPORTER_OTLP_ENDPOINT, and that the collector can be reached from here; its HTTP port is usually 4318.",
    cause,
  });
}

/** The names of attributes are those of https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/ where there is one. */
function recordRun(tracer: Tracer, report: PipelineReport): void {
  const { id, startedAt, result, seconds, stages, tasks } = report;
  const begin = Date.parse(startedAt);
  const at = (second: number) => begin + second * 1000;
  const run = tracer.startSpan("pipeline", {
    startTime: at(0),
    attributes: {
      "cicd.pipeline.name": "chainfleet",
      "cicd.pipeline.run.id": id,
      "cicd.pipeline.result": RESULT[result],
    },
  });
  const inRun = trace.setSpan(context.active(), run);
  for (const { stage, result: stageResult, seconds: duration, budgetSeconds, overBudget } of stages) {
    const own = tasks.filter((task) => task.stage === stage && task.affected.length > 0);
    const interval = intervalOf(stage, own, { whole: seconds, duration });
    if (interval === undefined) {
      continue;
    }
    const span = tracer.startSpan(
      stage,
      {
        startTime: at(interval.start),
        attributes: {
          "chainfleet.stage.seconds": duration,
          "chainfleet.stage.budget_seconds": budgetSeconds,
          "chainfleet.stage.over_budget": overBudget,
        },
      },
      inRun,
    );
    for (const task of own) {
      recordTask(tracer, task, { at, parent: span });
    }
    setStatus(span, stageResult === "failed" ? `${stage} failed` : undefined);
    span.end(at(interval.end));
  }
  setStatus(run, result === "failed" ? "The pipeline failed." : undefined);
  run.end(at(seconds));
}

const RESULT = { succeeded: "success", failed: "failure", stopped: "cancellation" } as const;

/** Seconds from the start of the run. Reporting has no tasks and is the end of the run; undefined for a stage that did nothing. */
function intervalOf(
  stage: Stage,
  tasks: readonly TaskReport[],
  { whole, duration }: { readonly whole: number; readonly duration: number },
): { readonly start: number; readonly end: number } | undefined {
  if (stage === "reporting") {
    return { start: whole - duration, end: whole };
  }
  return tasks.length === 0
    ? undefined
    : {
        start: Math.min(...tasks.map(({ startSeconds }) => startSeconds)),
        end: Math.max(...tasks.map(({ startSeconds, seconds }) => startSeconds + seconds)),
      };
}

function recordTask(
  tracer: Tracer,
  { name, result, affected, unchanged, failures, unavailable, startSeconds, seconds }: TaskReport,
  { at, parent }: { readonly at: (second: number) => number; readonly parent: Span },
): void {
  const span = tracer.startSpan(
    name,
    {
      startTime: at(startSeconds),
      attributes: {
        "cicd.pipeline.task.name": name,
        "chainfleet.task.result": result,
        "chainfleet.task.parts": [...affected],
        "chainfleet.task.unchanged": unchanged,
        ...(unavailable === undefined ? {} : { "chainfleet.task.unavailable": unavailable }),
      },
    },
    trace.setSpan(context.active(), parent),
  );
  const [first] = failures;
  setStatus(span, result === "failed" ? (first?.problem ?? `${name} failed`) : undefined);
  span.end(at(startSeconds + seconds));
}

function setStatus(span: Span, problem: string | undefined): void {
  if (problem !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
  }
}
