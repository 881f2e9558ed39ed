import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as otlp from "@opentelemetry/otlp-transformer/build/src/generated/root";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PipelineReport, TaskReport } from "./report";
import { wantsTrace } from "./trace-settings";
import { sendTrace } from "./traces";

const task = (name: string, changes: Partial<TaskReport>): TaskReport => ({
  ...{ name, stage: "testing", result: "succeeded", startSeconds: 0, seconds: 1 },
  ...{ affected: ["all"], unchanged: 0, failures: [] },
  ...changes,
});
const stage = (name: PipelineReport["stages"][number]["stage"], changes: object) => ({
  ...{ stage: name, result: "succeeded" as const, seconds: 1, budgetSeconds: 3 },
  ...{ overBudget: false, slow: false },
  ...changes,
});
const REPORT: PipelineReport = {
  ...{ id: "20260101T000000000", startedAt: "2026-01-01T00:00:00.000Z", result: "failed", seconds: 13 },
  ...{ budgetSeconds: 60, overBudget: false, criticalPath: ["contracts"] },
  stages: [
    stage("template-selection", { result: "unchanged", seconds: 0 }),
    stage("code-generation", { seconds: 2 }),
    stage("testing", { result: "failed", seconds: 11, overBudget: true }),
    stage("reporting", { seconds: 0.5 }),
  ],
  tasks: [
    task("templates", { stage: "template-selection", result: "unchanged", affected: [], unchanged: 7 }),
    task("contracts", { stage: "code-generation", startSeconds: 0.5, seconds: 2 }),
    task("contract-tests", {
      ...{ startSeconds: 1, seconds: 11, result: "failed", affected: ["a.t.sol", "b.t.sol"] },
      failures: [{ part: "b.t.sol", problem: "expected 1, got 2" }],
    }),
    task("deployment", { result: "skipped", startSeconds: 2, seconds: 0, unavailable: "npm ci" }),
  ],
};

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** The package declares no types of its definitions. */
interface Definitions {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: {
          readonly v1: {
            readonly ExportTraceServiceRequest: { readonly decode: (body: Buffer) => { toJSON(): Trace } };
          };
        };
      };
    };
  };
}

interface Trace {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: Attribute[] };
    readonly scopeSpans: { readonly spans: Span[] }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly boolValue?: boolean };
}

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attribute[];
  readonly status: { readonly code?: string | number; readonly message?: string };
}

/** A receiver of OTLP over HTTP, which decodes with the code that OpenTelemetry has made from its definitions. */
describe("the trace of a run", () => {
  let server: Server;
  let received: Received[];
  let status: number;
  beforeEach(async () => {
    received = [];
    status = 200;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        received.push({ request, body: Buffer.concat(chunks) });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  function decoded() {
    const { decode } = (otlp as unknown as Definitions).opentelemetry.proto.collector.trace.v1
      .ExportTraceServiceRequest;
    return received.flatMap(({ body }) => decode(body).toJSON().resourceSpans);
  }
  const spans = () => decoded().flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const attribute = (all: readonly Attribute[], name: string) => all.find(({ key }) => key === name)?.value;

  it("has one span for the run, in it those of the stages that did something, and in these their tasks", async () => {
    await sendTrace(REPORT);
    const all = spans();
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    const nameOf = new Map(all.map(({ spanId, name }) => [spanId, name]));
    const milliseconds = (nanoseconds: string) =>
      Number(BigInt(nanoseconds) / 1_000_000n) - Date.parse(REPORT.startedAt);
    const tree = all.map(({ name, parentSpanId = "", startTimeUnixNano, endTimeUnixNano }) => {
      const parent = nameOf.get(parentSpanId) ?? "-";
      return `${parent} > ${name}: ${milliseconds(startTimeUnixNano)}–${milliseconds(endTimeUnixNano)}`;
    });
    expect(tree.toSorted()).toEqual([
      "- > pipeline: 0–13000",
      "code-generation > contracts: 500–2500",
      "pipeline > code-generation: 500–2500",
      "pipeline > reporting: 12500–13000",
      "pipeline > testing: 1000–12000",
      "testing > contract-tests: 1000–12000",
      "testing > deployment: 2000–2000",
    ]);
  });

  it("says what failed, and what each task did", async () => {
    await sendTrace(REPORT);
    const byName = new Map(spans().map((span) => [span.name, span]));
    const failed = byName.get("contract-tests");
    expect(failed?.status).toMatchObject({ code: "STATUS_CODE_ERROR", message: "expected 1, got 2" });
    expect(byName.get("contracts")?.status.code ?? "STATUS_CODE_UNSET").toBe("STATUS_CODE_UNSET");
    expect(byName.get("pipeline")?.status.code).toBe("STATUS_CODE_ERROR");
    expect(attribute(byName.get("pipeline")?.attributes ?? [], "cicd.pipeline.result")).toEqual({
      stringValue: "failure",
    });
    expect(attribute(byName.get("testing")?.attributes ?? [], "chainfleet.stage.over_budget")).toEqual({
      boolValue: true,
    });
    expect(attribute(byName.get("deployment")?.attributes ?? [], "chainfleet.task.unavailable")).toEqual({
      stringValue: "npm ci",
    });
  });

  it("goes where the variables say, with their headers and names", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=chain%20138");
    vi.stubEnv("OTEL_SERVICE_NAME", "our-pipeline");
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=ci");
    await sendTrace(REPORT);
    const { request } = received[0] ?? {};
    expect([request?.method, request?.url, request?.headers["content-type"]]).toEqual([
      "POST",
      "/v1/traces",
      "application/x-protobuf",
    ]);
    expect(request?.headers["x-tenant"]).toBe("chain 138");
    const [{ resource } = { resource: { attributes: [] } }] = decoded();
    expect(attribute(resource.attributes, "service.name")).toEqual({ stringValue: "our-pipeline" });
    expect(attribute(resource.attributes, "deployment.environment")).toEqual({ stringValue: "ci" });
  });

  it("that the collector refuses, or that goes nowhere, is an error that hides nothing", async () => {
    status = 400;
    await expect(sendTrace(REPORT)).rejects.toMatchObject({ code: "TRACES_NOT_SENT" });
    await new Promise((resolve) => server.close(resolve));
    await expect(sendTrace(REPORT)).rejects.toMatchObject({
      code: "TRACES_NOT_SENT",
      next: expect.stringContaining("OTEL_EXPORTER_OTLP_ENDPOINT"),
    });
  });

  it("is not sent in a protocol that was not asked for", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    await expect(sendTrace(REPORT)).rejects.toMatchObject({ code: "TRACES_NOT_SENT" });
    expect(received).toEqual([]);
  });
});

describe("traces", () => {
  it("are wanted if an endpoint is named and they are not switched off", () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
    expect(wantsTrace({})).toBe(false);
    expect(wantsTrace({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBe(false);
    expect(wantsTrace(endpoint)).toBe(true);
    expect(wantsTrace({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" })).toBe(true);
    expect(wantsTrace({ ...endpoint, OTEL_SDK_DISABLED: "TRUE" })).toBe(false);
    expect(wantsTrace({ ...endpoint, OTEL_TRACES_EXPORTER: "none" })).toBe(false);
  });
});
