import fc from "fast-check";
import { expect, test } from "vitest";
import { html, jsonMarkup, Markup } from "./markup";

test("values are escaped, and markup inside markup is not escaped twice", () => {
  const row = html`<td title="${'a "b"'}">${"<b> & 'c'"}</td>`;
  expect(html`<tr>${[row, row]}${false}${undefined}${0}</tr>`.text).toBe(
    `<tr>${'<td title="a &quot;b&quot;">&lt;b&gt; &amp; &#39;c&#39;</td>'.repeat(2)}0</tr>`,
  );
});

test("no text opens an element or ends an attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']/);
    }),
  );
});

test("no JSON ends the script element that holds it, and all of it can be read back", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const markup = jsonMarkup({ value, attack: "</script><!--" });
      expect(markup).toBeInstanceOf(Markup);
      expect(markup.text).not.toContain("<");
      expect(JSON.parse(markup.text)).toEqual(JSON.parse(JSON.stringify({ value, attack: "</script><!--" })));
    }),
  );
});
