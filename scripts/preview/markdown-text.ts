/**
 * Text as inline code, in which Markdown and HTML mean nothing: names, values and messages come from config files, which
 * anyone who opens a pull request can write. Line breaks become spaces; invisible characters, which could reorder the text
 * or hide a part of it, become visible.
 */
export function inlineCode(text: string): string {
  const line = visible(text).replace(/\s+/g, " ").trim();
  if (line === "") {
    return "` `";
  }
  const fence = "`".repeat(longestRun(line) + 1);
  // A space keeps a backtick at either end apart from the fence; renderers remove the space.
  const padding = /^`|`$/.test(line) ? " " : "";
  return `${fence}${padding}${line}${padding}${fence}`;
}

/**
 * Text as inline code in a cell of a table, where a bar would end the cell even inside code. A backslash before the bar would
 * not do after another backslash.
 */
export function cellCode(text: string): string {
  return inlineCode(text.replaceAll("|", "U+007C"));
}

/** Lines of text as a block of code. */
export function codeBlock(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map(visible);
  return [fence, ...lines, fence].join("\n");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** Shows control and format characters, among them those that reverse the direction of the text, by their code points. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (character) =>
    /\s/.test(character)
      ? " "
      : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}
