/** A value of a resource that will be another one. */
export interface Difference {
  /** @example "spec.template.spec.containers[0].image" */
  readonly path: string;
  /** Texts for a person; undefined if there was or will be no value, or if it is a list or an object. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The values in which the inputs of a resource differ. Of a list whose length differs, the list as a whole. Pure. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (Object.is(before, after)) {
    return [];
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((value, index) => differences(value, after[index], `${path}[${index}]`));
  }
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(before[key], after[key], path === "" ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after)
    ? []
    : [{ path, before: textOf(before), after: textOf(after) }];
}

/** @example "image hyperledger/besu:26.8.1 -> hyperledger/besu:26.9.0" */
export function differenceText({ path, before, after }: Difference): string {
  const name = nameIn(path);
  if (before === undefined || after === undefined) {
    return after === undefined ? name : `${name} ${after}`;
  }
  return `${name} ${before} -> ${after}`;
}

/** The last part of a path that is no index. Labels and annotations have dots in their names. */
function nameIn(path: string): string {
  const label = /(?:^|\.)(?:labels|annotations|data)\.(.+)$/.exec(path)?.[1];
  return label ?? path.split(".").at(-1) ?? path;
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" && value.length <= LONGEST_TEXT && !value.includes("\n");
  return isText || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Longer values, such as policies and files, say nothing in a line. */
const LONGEST_TEXT = 100;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
