/** HTML that may be written into a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What an HTML template may contain. `false` and `undefined` become nothing. */
export type Content = string | number | false | undefined | Markup | readonly Content[];

/** A template of HTML. Every value is escaped, unless the value is itself Markup. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(render)));
}

/** A name that may wrap after each hyphen. Browsers do not wrap before a digit by themselves. */
export function breakable(name: string): Markup {
  return html`${name.split("-").map((part, index) => html`${index > 0 && html`-<wbr>`}${part}`)}`;
}

/** JSON for a script element of a page. No text in it can end the element. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

function render(content: Content): string {
  if (content === undefined || content === false) {
    return "";
  }
  if (content instanceof Markup) {
    return content.text;
  }
  return typeof content === "object" ? content.map(render).join("") : escapeText(String(content));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
