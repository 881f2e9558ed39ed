import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIRECTIONS } from "../../../../components/storage/results/fio-output";
import { isPassed, type Ranking, testShares } from "../../../../components/storage/results/ranking";
import type { Cell } from "../../../../components/storage/results/records";
import {
  type CellResult,
  outcomeCounts,
  type RunResults,
  testOf,
} from "../../../../components/storage/results/run-results";
import { pageDocument } from "../../../page/document";
import { breakable, html, type Markup } from "../../../page/markup";
import { groupName, testName } from "../names";
import { formatBandwidth, formatIops, formatLatency, formatShare } from "../quantity";
import { testChart } from "./chart-data";
import { environmentSection } from "./environment-section";

/** The page of a run, `report.html`. */
export function reportPage(results: RunResults, ranking: Ranking): string {
  const { record, cells } = results;
  const tests = testsOf(
    cells,
    [...ranking.pools, ...ranking.incomplete].map(({ pool }) => pool),
  );
  return pageDocument({
    title: `Storage run ${record.run}`,
    body: html`
${header(results)}
${rankingSection(ranking)}
${heatMapSection(tests)}
${testsSection(tests)}
${gapsSection(cells)}
${environmentSection(record.environment)}
${methodSection()}`,
    style: readFileSync(join(__dirname, "report.css"), "utf8"),
    script: {
      // The chart library has 1.1 MB.
      sources: [require.resolve("echarts/dist/echarts.min.js"), join(__dirname, "charts.client.js")].map(
        (file) => readFileSync(file, "utf8"),
      ),
      data: { tests: tests.map(({ cells: ofTest }) => testChart(ofTest)) },
    },
  });
}

/** One test on all pools that have it. */
interface Test {
  /** The cell of any pool: everything but the pool is the same. */
  readonly cell: Cell;
  /** The VM group as a person reads it, which is also the value of the choice of groups. */
  readonly group: string;
  /** In the order of the ranking. */
  readonly cells: readonly CellResult[];
}

function testsOf(cells: readonly CellResult[], pools: readonly string[]): Test[] {
  const byTest = new Map<string, CellResult[]>();
  for (const result of cells) {
    const test = testOf(result.cell);
    byTest.set(test, [...(byTest.get(test) ?? []), result]);
  }
  return [...byTest.values()].flatMap((ofTest) =>
    ofTest[0] === undefined
      ? []
      : [
          {
            cell: ofTest[0].cell,
            group: groupName(ofTest[0].cell),
            cells: ofTest.sort((one, other) => pools.indexOf(one.cell.pool) - pools.indexOf(other.cell.pool)),
          },
        ],
  );
}

function header({ record, cells }: RunResults): Markup {
  const { passed, failed, missing } = outcomeCounts(cells);
  const fact = (name: string, value: string | Markup) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<h1>Storage run ${record.run}</h1>
<dl class="facts">
${fact("Started", `${record.startedAt.slice(0, 16).replace("T", " ")} UTC`)}
${fact("Matrix", record.mode)}
${fact("Passed", `${passed} of ${cells.length}`)}
${fact("Failed", failed === 0 ? "0" : html`<a class="failed" href="#gaps">${failed}</a>`)}
${fact("Missing", missing === 0 ? "0" : html`<a href="#gaps">${missing}</a>`)}
${fact("Environment", html`<a href="#environment">${record.fingerprint}</a>`)}
</dl>`;
}

function rankingSection({ pools, incomplete, profiles }: Ranking): Markup {
  return html`<h2>Ranking</h2>
<p class="note">The score is what a pool reaches of the best ranked pool's IOPS or bandwidth, over all tests. The p99 score is the same for the 99th percentile of the latency. ${incomplete.length > 0 && "Pools with failed or missing tests are not ranked."}</p>
<div class="scroll"><table>
<thead><tr><th class="number">#</th><th class="pinned">Pool</th><th class="number">Score</th><th class="number">p99 score</th>${profiles.map((profile) => html`<th class="number">${profile}</th>`)}</tr></thead>
<tbody>${pools.map(
    ({ rank, pool, score, latencyScore, profiles: shares }) => html`
<tr><td class="number">${rank}</td><th class="pinned name" scope="row">${breakable(pool)}</th><td class="number"><b>${formatShare(score)}</b></td><td class="number">${formatShare(latencyScore)}</td>${profiles.map((profile) => html`<td class="number">${formatShare(shares[profile]?.throughput ?? 0)}</td>`)}</tr>`,
  )}${incomplete.map(
    ({ pool, passed, failed, missing }) => html`
<tr><td class="number">–</td><th class="pinned name" scope="row">${breakable(pool)}</th><td colspan="${profiles.length + 2}" class="${failed > 0 ? "failed" : "missing"}">not ranked: ${passed} passed, ${failed} failed, ${missing} missing</td></tr>`,
  )}</tbody>
</table></div>`;
}

function heatMapSection(tests: readonly Test[]): Markup {
  const pools = [...new Set(tests.flatMap(({ cells }) => cells.map(({ cell }) => cell.pool)))];
  const row = (test: Test, index: number) => {
    const passed = test.cells.filter(isPassed);
    const content = (pool: string) => {
      const result = test.cells.find(({ cell }) => cell.pool === pool);
      if (result === undefined) {
        return html`<td class="missing">–</td>`;
      }
      if (!isPassed(result)) {
        return html`<td class="${result.outcome}" title="${result.reason}">${result.outcome}</td>`;
      }
      const { throughput } = testShares(pool, passed);
      return html`<td style="--share: ${throughput.toFixed(3)}">${formatShare(throughput)}</td>`;
    };
    return html`
<tr data-group="${test.group}"><th class="pinned name" scope="row"><a href="#test-${index}">${testName(test.cell)}</a></th>${pools.map(content)}</tr>`;
  };
  return html`<h2>Pools by test</h2>
<p class="note">Each number is the share of the best pool in that test.</p>
${groupChoice(tests)}
<div class="scroll"><table class="heat">
<thead><tr><th class="pinned">Test</th>${pools.map((pool) => html`<th>${breakable(pool)}</th>`)}</tr></thead>
<tbody>${tests.map(row)}</tbody>
</table></div>`;
}

/** The choice of the VM group, if the run has several. */
function groupChoice(tests: readonly Test[]): Markup | false {
  const groups = [...new Set(tests.map(({ group }) => group))];
  return (
    groups.length > 1 &&
    html`<div class="choice"><label for="group">VM size, PVC size and VMs at the same time</label>
<select id="group" autocomplete="off">${groups.map((group) => html`<option>${group}</option>`)}</select></div>`
  );
}

function testsSection(tests: readonly Test[]): Markup {
  return html`<h2>Tests</h2>
<p class="note">Bars are medians over the repetitions, and their whiskers the quartiles. In the charts of latency the filled mark is p50, the open mark p99 and the stroke p99.9. <span class="key read"></span> read <span class="key write"></span> write</p>
${tests.map(
  (test, index) => html`
<section id="test-${index}" data-group="${test.group}">
<h3>${testName(test.cell)} <span class="note">${test.group}</span></h3>
<div class="charts">
${chart(test, index, ["iops", "IOPS"])}
${chart(test, index, ["bandwidth", "Bandwidth, MiB/s"])}
${chart(test, index, ["latency", "Latency, logarithmic"])}
</div>
<details><summary>Table of ${testName(test.cell)}</summary>
<div class="scroll">${jobTable(test)}</div></details>
</section>`,
)}`;
}

function chart({ cell, group }: Test, index: number, [kind, caption]: readonly [string, string]): Markup {
  return html`<figure><figcaption>${caption}</figcaption><div class="chart" role="img" aria-label="${`${caption} of ${testName(cell)} (${group}) by pool. The table below has the same numbers.`}" data-test="${index}" data-chart="${kind}"></div></figure>`;
}

function jobTable({ cells }: Test): Markup {
  const headings = ["Repetitions", "IOPS", "Quartiles", "Bandwidth", "p50", "p99", "p99.9"];
  return html`<table>
<thead><tr><th class="pinned">Pool</th><th>Job</th><th>Direction</th>${headings.map((heading) => html`<th class="number">${heading}</th>`)}</tr></thead>
<tbody>${cells.map((result) =>
    isPassed(result)
      ? result.figures.jobs.flatMap((job) =>
          DIRECTIONS.map((direction) => {
            const figures = job[direction];
            return (
              figures &&
              html`
<tr><th class="pinned name" scope="row">${breakable(result.cell.pool)}</th><td class="name">${job.job}</td><td>${direction}</td>${[
                String(result.figures.repetitions),
                formatIops(figures.iops.median),
                `${formatIops(figures.iops.q1)}–${formatIops(figures.iops.q3)}`,
                formatBandwidth(figures.bandwidth.median),
                formatLatency(figures.p50.median),
                formatLatency(figures.p99.median),
                formatLatency(figures.p999.median),
              ].map((value) => html`<td class="number">${value}</td>`)}</tr>`
            );
          }),
        )
      : html`
<tr><th class="pinned name" scope="row">${breakable(result.cell.pool)}</th><td colspan="9" class="${result.outcome}">${result.outcome}</td></tr>`,
  )}</tbody></table>`;
}

function gapsSection(cells: readonly CellResult[]): Markup | false {
  const gaps = cells.filter((result) => !isPassed(result));
  return (
    gaps.length > 0 &&
    html`<h2 id="gaps">Failed and missing tests</h2>
<div class="scroll"><table>
<thead><tr><th class="pinned">Pool</th><th>VM group</th><th>Test</th><th>Outcome</th><th>Reason</th></tr></thead>
<tbody>${gaps.map(
      (result) => html`
<tr><th class="pinned name" scope="row">${breakable(result.cell.pool)}</th><td class="name">${groupName(result.cell)}</td><td class="name">${testName(result.cell)}</td><td class="${result.outcome}">${result.outcome}</td><td><pre>${isPassed(result) ? "" : result.reason}</pre></td></tr>`,
    )}</tbody></table></div>`
  );
}

function methodSection(): Markup {
  return html`<h2>How the figures are made</h2>
<p>The jobs of a profile run one after another, so a test's figure for reads is that of the job that reads. If several jobs read, then IOPS and bandwidth are all their work divided by all their time, and latencies are means weighted by operations; the tables have each job. Writes likewise.</p>
<p>The VMs of a group run at the same time. Their IOPS and bandwidth are added; p50 is that of the median VM, p99 and p99.9 are those of the worst VM.</p>
<p>Tests with sequential jobs or with blocks of at least 64 KiB are judged by bandwidth, the others by IOPS. In each test and direction a pool has a share of the best pool. The score is the geometric mean of the shares, over the directions of a test, the tests of a profile, and the profiles that all ranked pools have. Pools with equal scores are ordered by the p99 score.</p>`;
}
