import type { PropertyChange } from "../../plugin/plugin";
import { type PropertyMap, type PropertyValue, Unknown } from "../../plugin/values";
import { contains, formatPath, type Path, parsePath } from "./path";
import { replaces } from "./replacement";

/**
 * The changes from one set of inputs to another, each at the deepest path that tells it. Lists are compared
 * position by position; an unknown is a change; null and absent are the same.
 *
 * @param replacing see `replacingPaths`
 * @param ignoreChanges paths in the engine's syntax
 */
export function diff(
  olds: PropertyMap,
  news: PropertyMap,
  replacing: readonly Path[],
  ignoreChanges: readonly string[],
): PropertyChange[] {
  const ignored = ignoreChanges.map(parsePath);
  return differences([], olds, news)
    .filter(({ path }) => !ignored.some((outer) => contains(outer, path)))
    .map(({ path, before, after }) => ({
      path: formatPath(path),
      kind: before === undefined ? "add" : after === undefined ? "delete" : "update",
      replaces: replaces(replacing, path, [before, after]),
    }));
}

interface Difference {
  readonly path: Path;
  readonly before: PropertyValue | undefined;
  readonly after: PropertyValue | undefined;
}

function differences(
  path: Path,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
): Difference[] {
  const before = old ?? undefined;
  const after = now ?? undefined;
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => i).flatMap((i) =>
      differences([...path, i], before[i], after[i]),
    );
  }
  if (isMap(before) && isMap(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      differences([...path, name], before[name], after[name]),
    );
  }
  return before === after && !(after instanceof Unknown) ? [] : [{ path, before, after }];
}

function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}
