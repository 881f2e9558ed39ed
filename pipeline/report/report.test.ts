import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { planRun } from "../graph/plan";
import type { Task } from "../graph/task";
import type { TaskOutcome } from "../run/run-tasks";
import { addToHistory, pastRun, readHistory } from "./history";
import { junitXml } from "./junit";
import { pipelineMetrics, pushMetrics } from "./metrics";
import { pipelineReport } from "./report";

const tasks: Task[] = [
  { name: "build", stage: "code-generation", after: [], parts: new Map([["all", { files: ["a"] }]]) },
  {
    name: "tests",
    stage: "testing",
    after: ["build"],
    parts: new Map([
      ["one", { files: ["b"] }],
      ["two", { files: ["c"] }],
    ]),
  },
  { name: "preview", stage: "validation", after: ["tests"], parts: new Map([["dev", { files: ["d"] }]]) },
];
const outcome = (name: string, changes: Partial<TaskOutcome>): TaskOutcome => ({
  ...{ name, result: "succeeded", parts: [], succeeded: [], failures: new Map(), start: 0, end: 0 },
  ...changes,
});
const report = pipelineReport(
  planRun(tasks, new Map(), new Map()),
  [
    outcome("build", { start: 1000, end: 3000 }),
    outcome("tests", {
      result: "failed",
      start: 3000,
      end: 14_000,
      failures: new Map([["two", "expected <1> & got\u0007 2\n    at line 3"]]),
    }),
    outcome("preview", { result: "skipped", start: 14_000, end: 14_000 }),
  ],
  { id: "run", startedAt: new Date(0), start: 1000, tasksEnd: 14_000, end: 14_500, stopped: false },
);

describe("the report", () => {
  it("has the stages with their budgets, what failed, and the chain of tasks that decided the length", () => {
    expect(report).toMatchObject({ result: "failed", seconds: 13.5, overBudget: false });
    expect(report.stages.map(({ stage, result, seconds }) => `${stage} ${result} ${seconds}`)).toEqual([
      "template-selection unchanged 0",
      "code-generation succeeded 2",
      "cleanroom-setup unchanged 0",
      "testing failed 11",
      "validation skipped 0",
      "reporting succeeded 0.5",
    ]);
    expect(report.criticalPath).toEqual(["build", "tests"]);
  });
});

describe("the report as JUnit", () => {
  it("has a case for each part, the failure at its part, and no character that XML forbids", () => {
    const xml = junitXml(report);
    expect(xml).toContain(
      '<testsuites name="chainfleet pipeline" tests="4" failures="1" errors="0" skipped="1">',
    );
    expect(xml).toMatch(
      /<testcase classname="testing.tests" name="two">\s*<failure message="expected &lt;1> &amp; got 2">/,
    );
    expect(xml).toMatch(/<testcase classname="validation.preview" name="dev">\s*<skipped\/>/);
    expect(xml).not.toContain("\u0007");
  });
});

describe("the metrics", () => {
  it("count all runs of a clone, and stages without work in none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-history-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "pipeline/history.jsonl");
    expect(readHistory(file)).toEqual([]);
    addToHistory(file, pastRun(report));
    addToHistory(file, pastRun(report));
    writeFileSync(file, '{"stages":{"testing', { flag: "a" });
    const text = await pipelineMetrics(readHistory(file)).metrics();
    expect(text).toContain('pipeline_failures_total{stage="testing"} 2');
    expect(text).toContain('pipeline_failures_total{stage="validation"} 0');
    expect(text).toContain('pipeline_stage_duration_seconds_count{stage="testing"} 2');
    expect(text).toContain('pipeline_stage_duration_seconds_sum{stage="testing"} 22');
    expect(text).toContain('pipeline_stage_duration_seconds_bucket{le="10",stage="testing"} 0');
    expect(text).toContain('pipeline_stage_duration_seconds_bucket{le="15",stage="testing"} 2');
    expect(text).not.toContain('pipeline_stage_duration_seconds_count{stage="validation"}');
  });

  it("are pushed as Prometheus takes them, and a refusal is an error", async () => {
    const received: { request: IncomingMessage; body: string }[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        received.push({ request, body });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await pushMetrics(pipelineMetrics([pastRun(report)]), url);
    expect(received[0]?.request.method).toBe("PUT");
    expect(received[0]?.request.url).toMatch(/^\/metrics\/job\/chainfleet_pipeline\/instance\/./);
    expect(received[0]?.body).toContain('pipeline_failures_total{stage="testing"} 1');
    status = 400;
    await expect(pushMetrics(pipelineMetrics([]), url)).rejects.toMatchObject({ code: "METRICS_NOT_PUSHED" });
  });
});
