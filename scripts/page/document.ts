import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { html, jsonMarkup, Markup } from "./markup";

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  /** CSS that follows the common style. */
  readonly style?: string;
  /** Undefined for a page without a script. */
  readonly script?: PageScript;
}

/** The scripts of a page and the data that they show. */
export interface PageScript {
  /** The sources, in the order in which they run. */
  readonly sources: readonly string[];
  /** The page has the data as JSON in an element with the id `page-data`. */
  readonly data: object;
}

/**
 * A page that works without a network: style, scripts and libraries are inside. Its content security policy allows no
 * request at all, and no script but the ones written here.
 */
export function pageDocument({ title, body, style = "", script }: PageParts): string {
  const sources = script?.sources ?? [];
  const allowed = sources.length === 0 ? "'none'" : sources.map(sourceHash).join(" ");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${allowed}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(readFileSync(join(__dirname, "page.css"), "utf8"))}
${new Markup(style)}</style>
</head>
<body>
<main>
${body}
</main>
${script !== undefined && html`<script type="application/json" id="page-data">${jsonMarkup(script.data)}</script>`}
${sources.map((source) => html`<script>${new Markup(source)}</script>`)}
</body>
</html>
`.text;
}

function sourceHash(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
