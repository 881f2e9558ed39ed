import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WAIT_KINDS } from "../../components/governor/waits";
import { pageDocument } from "../page/document";
import { html, type Markup } from "../page/markup";
import { nameOf } from "../run/resource-names";
import type { Summary } from "../run/summary";
import { PART_NAMES } from "../run/timing/part-names";
import { type RecordedRun, timelineData } from "./timeline-data";

/** The page `timeline.html` of a run: a picture of when each operation ran. The page works without a network. */
export function timelinePage(run: RecordedRun): string {
  const { summary } = run;
  const data = timelineData(run);
  return pageDocument({
    title: `${titleOf(summary)}, ${new Date(run.recorded.startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`,
    style: ["colours.css", "timeline.css"]
      .map((name) => readFileSync(join(__dirname, name), "utf8"))
      .join("\n"),
    body: html`<h1>${titleOf(summary)}</h1>
${factsOf(run)}
${data.bars.length === 0 ? html`<p>Nothing had to be changed, so there is no picture.</p>` : pictureOf()}
${pathOf(summary)}
${partsOf(summary)}`,
    ...(data.bars.length === 0
      ? {}
      : {
          script: {
            sources: CLIENT.map((name) => readFileSync(join(__dirname, "client", name), "utf8")),
            data,
          },
        }),
  });
}

/** The scripts of the page, in the order in which they need each other. */
const CLIENT = ["layout.js", "picture.js", "table.js", "controls.js"];

function titleOf({ stack, mode, result }: Summary): string {
  return `chainfleet ${mode === "up" ? "up" : "down"} of ${stack}: ${result}`;
}

function factsOf({ summary, recorded }: RecordedRun): Markup {
  const { seconds, criticalPathSeconds, ratio, workSeconds, predictedSeconds, waits, changes } = summary;
  const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const changed = Object.entries(changes).filter(([, count]) => count > 0);
  return html`<dl class="facts">
${fact("Started", `${new Date(recorded.startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC`)}
${fact("Wall-clock time", format(seconds))}
${predictedSeconds !== undefined && fact("Predicted", format(predictedSeconds))}
${fact("Critical path", format(criticalPathSeconds))}
${ratio > 0 && fact("Ratio of the two", ratio.toFixed(2))}
${fact("Work, added up", format(workSeconds))}
${seconds > 0 && fact("At once, on average", `${(workSeconds / seconds).toFixed(1)} operations`)}
${fact("Resources", changed.map(([what, count]) => `${count} ${what}`).join(", ") || "none")}
${WAIT_KINDS.filter((kind) => waits[kind] > 0).map((kind) => fact(WAIT_FACTS[kind], format(waits[kind])))}
</dl>`;
}

const WAIT_FACTS = {
  throttle: "Waited for rate limits",
  retry: "Waited before retries",
  gate: "Waited at the update gate",
} as const;

/** The frame of the picture, which `client/controls.js` fills. */
function pictureOf(): Markup {
  return html`<section aria-label="Timeline">
<div class="tools" role="toolbar" aria-label="View">
<button type="button" id="view-picture" aria-pressed="true">Picture</button><button type="button" id="view-table" aria-pressed="false">Table</button>
<label>Region or chain <select id="group"><option value="">all</option></select></label>
<label>Name <input id="name" type="search" size="14" spellcheck="false"></label>
<span class="zoom"><button type="button" id="zoom-out" aria-label="Zoom out">−</button><button type="button" id="zoom-in" aria-label="Zoom in">+</button><button type="button" id="zoom-all">Whole run</button></span>
<label><input type="checkbox" id="rows"> a row for each operation</label>
</div>
<fieldset id="kinds"><legend>Kinds</legend></fieldset>
<p class="legend" id="legend"></p>
<p class="note" id="help">With the keyboard: Tab to the picture, then the arrow keys go from operation to operation, Home and End to the first and the last, C to the next of the critical path; + and − zoom, 0 shows the whole run.</p>
<p id="shown" class="note" role="status"></p>
<div id="picture" class="plot" tabindex="-1"></div>
<div id="detail" class="detail" aria-hidden="true"></div>
<div id="table" class="scroll" hidden></div>
<noscript><p>The picture needs JavaScript. The tables below do not.</p></noscript>
</section>`;
}

function pathOf({ criticalPath, criticalPathSeconds }: Summary): Markup | false {
  return (
    criticalPath.length > 0 &&
    html`<h2>Critical path</h2>
<p class="note">The chain of operations, each waiting for the one before it, that takes the longest time. With unlimited parallelism and no other delay the run would take this long.</p>
<div class="scroll"><table>
<thead><tr><th>Operation on</th><th class="number">Seconds</th><th class="number">Share</th></tr></thead>
<tbody>${criticalPath.map(
      ({ urn, seconds }) => html`
<tr><th scope="row">${nameOf(urn)}</th><td class="number">${seconds.toFixed(1)}</td><td class="number">${percent(seconds, criticalPathSeconds)}</td></tr>`,
    )}</tbody></table></div>`
  );
}

function partsOf({ parts, seconds }: Summary): Markup {
  return html`<h2>The time of the run in parts</h2>
<div class="scroll"><table>
<thead><tr><th>Part</th><th class="number">Seconds</th><th class="number">Share</th><th>What happens</th></tr></thead>
<tbody>${PART_NAMES.map(
    ({ key, name, what }) => html`
<tr><th scope="row">${name}</th><td class="number">${parts[key].toFixed(1)}</td><td class="number">${percent(parts[key], seconds)}</td><td>${what}</td></tr>`,
  )}</tbody></table></div>`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "" : `${Math.round((100 * part) / whole)} %`;
}

function format(seconds: number): string {
  return seconds < 100
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
