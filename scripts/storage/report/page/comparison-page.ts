import {
  type ComparedFigure,
  type Comparison,
  SIGNIFICANCE_LEVEL,
  verdictCounts,
} from "../../../../components/storage/results/comparison";
import type { Environment } from "../../../../components/storage/results/records";
import { pageDocument } from "../../../page/document";
import { breakable, html, type Markup } from "../../../page/markup";
import { groupName, testName } from "../names";
import { FIGURE_NAMES, formatChange, formatFigure, formatP } from "../quantity";
import { environmentSection } from "./environment-section";

/** The page of a comparison, `compare.html`. The page has no charts, so it is small and runs no script. */
export function comparisonPage(
  { base, other }: { readonly base: string; readonly other: string },
  comparison: Comparison,
  environment: Environment,
): string {
  const { figures } = comparison;
  const clear = figures.filter(({ verdict }) => verdict === "better" || verdict === "worse");
  const unclear = figures.filter(({ verdict }) => verdict !== "better" && verdict !== "worse");
  return pageDocument({
    title: `Storage run ${other} against ${base}`,
    body: html`<h1>Storage run ${other} against ${base}</h1>
<dl class="facts">
${Object.entries(verdictCounts(comparison)).map(([verdict, count]) => fact(`${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`, count))}
${fact("Tests not in both runs", comparison.unmatched.length)}
</dl>
<p class="note">Figures are medians over the repetitions. A difference is significant if p in an exact two-sided Mann–Whitney test is at most ${SIGNIFICANCE_LEVEL}, for which each run needs four repetitions; about one figure in ${1 / SIGNIFICANCE_LEVEL} differs by chance alone.</p>
<h2>Significant differences</h2>
${clear.length === 0 ? html`<p>There is none.</p>` : figureTable(clear, base, other)}
${
  unclear.length > 0 &&
  html`<h2>Other figures</h2>
${figureTable(unclear, base, other)}`
}
${
  comparison.unmatched.length > 0 &&
  html`<h2>Tests that did not pass in both runs</h2>
<div class="scroll"><table>
<thead><tr><th>Test</th><th>${base}</th><th>${other}</th></tr></thead>
<tbody>${comparison.unmatched.map(
    (cell) => html`
<tr><th class="name" scope="row">${cell.key}</th><td class="${cell.base}">${cell.base}</td><td class="${cell.other}">${cell.other}</td></tr>`,
  )}</tbody></table></div>`
}
${environmentSection(environment)}`,
  });
}

function fact(name: string, value: number): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function figureTable(figures: readonly ComparedFigure[], base: string, other: string): Markup {
  return html`<div class="scroll"><table>
<thead><tr><th class="pinned">Pool</th><th class="number">Change</th><th>Figure</th><th class="number">${base}</th><th class="number">${other}</th><th class="number">p</th><th>Verdict</th></tr></thead>
<tbody>${[...figures].sort(byChange).map(
    ({ cell, direction, figure, base: before, other: after, ratio, p, verdict }) => html`
<tr><th class="pinned name" scope="row">${breakable(cell.pool)}</th><td class="number ${verdict}">${formatChange(ratio)}</td><td class="name">${direction} ${FIGURE_NAMES[figure]}<br><span class="note">${testName(cell)}, ${groupName(cell)}</span></td><td class="number">${formatFigure(figure, before)}</td><td class="number">${formatFigure(figure, after)}</td><td class="number">${p === undefined ? "" : formatP(p)}</td><td class="name">${verdict}</td></tr>`,
  )}</tbody></table></div>`;
}

/** The largest change comes first, whether up or down. */
function byChange(one: ComparedFigure, other: ComparedFigure): number {
  return Math.abs(Math.log(other.ratio)) - Math.abs(Math.log(one.ratio));
}
