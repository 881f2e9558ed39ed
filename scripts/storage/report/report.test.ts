import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rank } from "../../../components/storage/results/ranking";
import { cellFolder, cellOf, poolSummaryLine } from "../../../components/storage/results/records";
import { exampleEnvironment, POOL_LIMITS, writeRun } from "../../../test/support/storage/storage-run";
import { compareRuns } from "./compare-runs";
import { readRun } from "./read-run";
import { report } from "./report";
import { RESULT_COLUMNS, resultRows } from "./rows";

const RUN = "perf-20261130-080000";
let results: string;
let printed: string;

beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), "storage-report-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const path = (...parts: string[]) => join(results, RUN, ...parts);

test("the pools of a run are ranked as their limits dictate", () => {
  writeRun({ results, run: RUN });
  expect(rank(readRun(results, RUN).cells).pools.map(({ pool }) => pool)).toEqual(Object.keys(POOL_LIMITS));
});

test("the JSON is one document with the ranking, the cells and the files that were written", () => {
  writeRun({ results, run: RUN });
  expect(report({ run: RUN, results, json: true })).toBe(0);
  expect(printed.trimEnd()).not.toContain("\n");
  const document = JSON.parse(printed);
  expect(document).toMatchObject({ run: RUN, finished: true, counts: { passed: 99, failed: 0, missing: 0 } });
  expect(document.ranking.pools[0]).toMatchObject({ rank: 1, pool: "rep1", score: 1 });
  expect(document.cells).toHaveLength(99);
  expect(document.files).toEqual(
    ["results.txt", "results.csv", "results.parquet", "report.html"].map((name) => path(name)),
  );
});

test("the Parquet file has the same rows as the table", async () => {
  writeRun({
    results,
    run: RUN,
    failure: ({ pool }) => (pool === "rep2" ? "The VM did not boot." : undefined),
  });
  report({ run: RUN, results, json: true });
  const file = Uint8Array.from(readFileSync(path("results.parquet"))).buffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toEqual(resultRows(RUN, readRun(results, RUN).cells));
});

test("the CSV has a line for each row, and quotes what an error contains", () => {
  writeRun({ results, run: RUN, failure: ({ pool }) => (pool === "rep2" ? '=cmd("a"),\n"b"' : undefined) });
  report({ run: RUN, results, json: true });
  const csv = readFileSync(path("results.csv"), "utf8");
  expect(csv.split("\n")[0]).toBe(Object.keys(RESULT_COLUMNS).join(","));
  expect(csv).toContain(`"'=cmd(""a""),\n""b"""`);
});

test("an unfinished run is reported with what there is, and says what failed and what is missing", () => {
  writeRun({
    results,
    run: RUN,
    failure: ({ pool, profile }) =>
      pool === "ec-4-2" && profile === "db-oltp" ? "fio hung.\nTrace" : undefined,
    isMissing: ({ pool }) => pool === "rep2",
  });
  report({ run: RUN, results, json: false });
  expect(printed).toContain("87 of 99 tests passed, 1 failed, 11 missing; the run is not finished");
  expect(printed).toContain("failed: ec-4-2:small:150Gi:1:db-oltp:native: fio hung.\n");
  expect(printed).toContain("missing: 11 of rep2, the first is rep2:small:150Gi:1:random-rw:4k");
  expect(printed).toMatch(/- │ ec-4-2 .*not ranked/);
});

test("a test whose machines did not boot is missing, and the reason names the log of the pool", () => {
  writeRun({
    results,
    run: RUN,
    isMissing: ({ pool, profile }) => pool === "rep1" && profile === "random-rw",
  });
  const first = () => readRun(results, RUN).cells[0];
  expect(first()).toMatchObject({ outcome: "missing", reason: "The test has not run yet." });
  writeFileSync(path("rep1", ".pool-summary"), poolSummaryLine({ run: 8, passed: 8, failed: 0, skipped: 3 }));
  const reason = `The test was skipped: ${path("rep1", "pool.log")} says why.`;
  expect(first()).toMatchObject({ outcome: "missing", reason });
});

test("a test that ran in another environment counts as missing", () => {
  writeRun({ results, run: RUN });
  const key = "rep1:small:150Gi:1:random-rw:4k";
  edit(path(cellFolder(cellOf(key)), "result.json"), (record) => ({
    ...record,
    environment: "0123456789abcdef",
  }));
  expect(readRun(results, RUN).cells[0]).toMatchObject({
    key,
    outcome: "missing",
    reason: expect.stringContaining("another environment (0123456789abcdef)"),
  });
});

test("an unknown run is refused with the one that was probably meant", () => {
  writeRun({ results, run: RUN });
  expect(() => report({ run: "perf-20261130-08000", results, json: false })).toThrow(
    expect.objectContaining({ code: "RUN_UNKNOWN", next: `Did you mean ${RUN}?` }),
  );
  expect(() => report({ run: "../secret", results, json: false })).toThrow(
    expect.objectContaining({ code: "RUN_UNKNOWN" }),
  );
});

test("a torn record of the run is refused by its name", () => {
  writeRun({ results, run: RUN });
  writeFileSync(path("run.json"), readFileSync(path("run.json"), "utf8").slice(0, 100));
  expect(() => readRun(results, RUN)).toThrow(
    expect.objectContaining({
      code: "RUN_RECORD_UNREADABLE",
      summary: expect.stringContaining(path("run.json")),
    }),
  );
});

test("all torn, missing and exchanged files are named at once", () => {
  writeRun({ results, run: RUN });
  const folder = (key: string) => path(cellFolder(cellOf(key)));
  const torn = join(folder("rep1:small:150Gi:1:random-rw:4k"), "small-1-0.json");
  writeFileSync(torn, readFileSync(torn, "utf8").slice(0, 200));
  const absent = join(folder("rep2:small:150Gi:1:random-rw:4k"), "small-1-1.json");
  rmSync(absent);
  const exchanged = join(folder("rep3:small:150Gi:1:random-rw:4k"), "result.json");
  edit(exchanged, (record) => ({ ...record, key: "rep3:small:150Gi:1:random-rw:1M" }));
  expect(() => readRun(results, RUN)).toThrow(
    expect.objectContaining({
      code: "RESULTS_UNREADABLE",
      summary: expect.stringMatching(
        new RegExp(
          `${torn}: .*cut off[^]*${absent}: the file does not exist[^]*${exchanged}: the record is of the cell`,
        ),
      ),
      next: expect.stringContaining(`chainfleet storage resume ${RUN}`),
    }),
  );
});

test("the page asks for nothing from a network, and text from a VM stays text", () => {
  const attack = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
  writeRun({ results, run: RUN, failure: ({ pool }) => (pool === "rep2" ? attack : undefined) });
  report({ run: RUN, results, json: true });
  const page = readFileSync(path("report.html"), "utf8");
  // The page holds a megabyte of the chart library, which a failed test should not print.
  const has = (text: string) => page.includes(text);
  expect(has(`<title>Storage run ${RUN}</title>`)).toBe(true);
  expect(has(attack)).toBe(false);
  expect(has("<img src=x")).toBe(false);
  expect(has("&lt;img src=x onerror=alert(2)&gt;")).toBe(true);
  expect(has('Content-Security-Policy" content="default-src &#39;none&#39;')).toBe(true);
  expect(/<(?:link|script)[^>]*(?:src|href)=/.test(page)).toBe(false);
});

test("runs from unlike environments are refused with each difference", () => {
  const environment = exampleEnvironment();
  writeRun({ results, run: RUN, environment });
  writeRun({ results, run: "perf-2", environment: { ...environment, kubevirt: "v1.5.0" } });
  expect(() => compareRuns({ base: RUN, other: "perf-2", results, json: true })).toThrow(
    expect.objectContaining({
      code: "RUNS_NOT_COMPARABLE",
      summary: expect.stringContaining('- kubevirt is "v1.4.0" in the first run and "v1.5.0" in the second.'),
    }),
  );
});

test("a pool that only one run has does not hinder the comparison of the others", () => {
  const { rep1, rep2, rep3 } = POOL_LIMITS;
  if (!rep1 || !rep2 || !rep3) {
    throw new Error("The example has the pools rep1, rep2 and rep3.");
  }
  const runs = { base: RUN, other: "perf-2", results, json: true };
  writeRun({ results, run: RUN, limits: { rep1, rep2 }, environment: exampleEnvironment(["rep1", "rep2"]) });
  writeRun({
    results,
    run: "perf-2",
    limits: { rep2, rep3 },
    environment: exampleEnvironment(["rep2", "rep3"]),
  });
  compareRuns(runs);
  const { figures, unmatched } = JSON.parse(printed);
  expect(new Set(figures.map(({ cell }: { cell: { pool: string } }) => cell.pool))).toEqual(
    new Set(["rep2"]),
  );
  expect(unmatched).toHaveLength(22);

  writeRun({ results, run: "perf-3", limits: { rep3 }, environment: exampleEnvironment(["rep3"]) });
  expect(() => compareRuns({ ...runs, other: "perf-3", base: RUN })).toThrow(
    expect.objectContaining({ summary: expect.stringContaining("The runs have no pool in common.") }),
  );
});

test("a comparison finds the pool that became slower, and no other", () => {
  writeRun({ results, run: RUN });
  const { rep3 } = POOL_LIMITS;
  if (rep3 === undefined) {
    throw new Error("The example has a pool rep3.");
  }
  writeRun({
    results,
    run: "perf-2",
    limits: { ...POOL_LIMITS, rep3: { ...rep3, iops: rep3.iops / 2, bandwidth: rep3.bandwidth / 2 } },
  });
  expect(compareRuns({ base: RUN, other: "perf-2", results, json: true })).toBe(0);
  const document = JSON.parse(printed);
  const halved = document.figures.filter(({ ratio }: { ratio: number }) => ratio < 0.7);
  expect(new Set(halved.map(({ cell }: { cell: { pool: string } }) => cell.pool))).toEqual(new Set(["rep3"]));
  expect(halved.every(({ verdict }: { verdict: string }) => verdict === "worse")).toBe(true);
  // Eleven tests, each with reads and writes.
  expect(halved).toHaveLength(22);
  const page = readFileSync(join(results, "perf-2", "compare.html"), "utf8");
  expect(page).toContain(`<title>Storage run perf-2 against ${RUN}</title>`);
  expect(page).not.toContain("<script");
});

function edit(file: string, change: (record: object) => object): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
}
