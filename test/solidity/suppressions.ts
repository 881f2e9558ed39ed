/** A comment that tells Slither to be silent, without a comment above that says why. */
export interface Unexplained {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The suppressions of a Solidity source that nobody has explained: directly above a `slither-disable` comment there must
 * be a comment that begins with `Slither:`. The explanation may have several lines.
 */
export function unexplainedSuppressions(source: string): Unexplained[] {
  const lines = source.split(/\r?\n/).map((line) => line.trim());
  return lines.flatMap((text, index) =>
    SUPPRESSION.test(text) && !explained(lines.slice(0, index)) ? [{ line: index + 1, text }] : [],
  );
}

const SUPPRESSION = /slither-disable-(?!end)/;

function explained(above: readonly string[]): boolean {
  const last = above.at(-1) ?? "";
  if (!last.startsWith("//") || last.includes("slither-disable")) {
    return false;
  }
  return /^\/\/ Slither: \w/.test(last) || explained(above.slice(0, -1));
}
