import { type Cell, fieldsOfKey, KEY_FIELDS } from "./cell";

/**
 * Whether a cell matches a pattern of six fields, separated by colons, in which `*` stands for any text.
 *
 * @example "ibmc-vpc-file*:*:*:*:random-rw:4k"
 */
export function matches(pattern: string, cell: Cell): boolean {
  const fields = fieldsOfKey(cell);
  return pattern
    .split(":")
    .every((part, index) => expression(part).test(fields[index] ?? "") && index < fields.length);
}

/** What is wrong with a pattern; undefined if the pattern can be used. */
export function patternProblem(pattern: string): string | undefined {
  const count = pattern.split(":").length;
  return count === KEY_FIELDS.length
    ? undefined
    : `has ${count} of the ${KEY_FIELDS.length} fields ${KEY_FIELDS.join(":")}; * stands for any value`;
}

function expression(part: string): RegExp {
  const literals = part.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`);
}
