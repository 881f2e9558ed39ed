import type { PropertyChange } from "../../plugin/plugin";
import { type PropertyMap, type PropertyValue, Unknown } from "../../plugin/values";
import { isObject } from "./properties";

/** How two versions of a resource's inputs are compared. Paths are dotted, lists without an index. */
export interface Comparison {
  /** A change at or below such a path forces a replacement (`networkProfile.serviceCidr`). */
  readonly immutable: readonly string[];
  /** Lists whose order does not matter (`ingress`, `vpcConfig.subnetIds`). */
  readonly unordered?: readonly string[];
  /** Whether two strings at a path mean the same (`West Europe` and `westeurope`). */
  readonly same?: (path: string, before: string, after: string) => boolean;
}

/**
 * Every input that differs, one change for each leaf. Members that start with `__` are the plugin's own
 * notes in the inputs and are not compared.
 */
export function diff(before: PropertyMap, after: PropertyMap, comparison: Comparison): PropertyChange[] {
  return [...changes(before, after, "", "", comparison)];
}

function* changes(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
  pattern: string,
  comparison: Comparison,
): Generator<PropertyChange> {
  const change = (kind: PropertyChange["kind"]): PropertyChange => ({
    path,
    kind,
    replaces: comparison.immutable.some((fixed) => pattern === fixed || pattern.startsWith(`${fixed}.`)),
  });
  if (isAbsent(before) || isAbsent(after)) {
    if (isAbsent(before) !== isAbsent(after)) {
      yield change(isAbsent(before) ? "add" : "delete");
    }
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (key.startsWith("__")) {
        continue;
      }
      const member = /^[A-Za-z_][\w-]*$/.test(key)
        ? path === ""
          ? key
          : `${path}.${key}`
        : `${path}["${key}"]`;
      yield* changes(before[key], after[key], member, pattern === "" ? key : `${pattern}.${key}`, comparison);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const ordered = comparison.unordered?.includes(pattern) ? align(before, after) : before;
    for (let i = 0; i < Math.max(ordered.length, after.length); i++) {
      yield* changes(ordered[i], after[i], `${path}[${i}]`, pattern, comparison);
    }
  } else if (after instanceof Unknown || before !== after) {
    const same =
      typeof before === "string" && typeof after === "string" && comparison.same?.(pattern, before, after);
    if (!same) {
      yield change("update");
    }
  }
}

function isAbsent(value: PropertyValue | undefined): value is undefined | null {
  return value === undefined || value === null;
}

/** The old items in the order of the new ones; what has no equal fills the gaps and goes to the end. */
function align(before: readonly PropertyValue[], after: readonly PropertyValue[]): PropertyValue[] {
  const left = before.map((item) => ({ item, text: canonical(item) }));
  const matched = after.map((item) => {
    const text = canonical(item);
    const index = left.findIndex((candidate) => candidate.text === text);
    return index < 0 ? undefined : left.splice(index, 1)[0]?.item;
  });
  const filled = matched.map((item) => item ?? left.shift()?.item ?? null);
  return [...filled, ...left.map(({ item }) => item)];
}

function canonical(value: PropertyValue): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
