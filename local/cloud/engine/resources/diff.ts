import type { PropertyChange } from "../../../plugin/plugin";
import { type PropertyMap, type PropertyValue, Unknown } from "../../../plugin/values";
import { isObject } from "./properties";

/** How to compare two versions of a resource's inputs. Paths are dotted and contain no list indices. */
export interface Comparison {
  /** Paths at or below which a change forces a replacement (`networkProfile.serviceCidr`). */
  readonly immutable: readonly string[];
  /** Lists whose order does not matter (`ingress`, `vpcConfig.subnetIds`). */
  readonly unordered?: readonly string[];
  /** True if two different strings at a path have the same meaning (`West Europe` and `westeurope`). */
  readonly same?: (path: string, before: string, after: string) => boolean;
}

/**
 * Every input that differs, as one change per leaf. Members that start with `__` are the plugin's own markers
 * and are not compared.
 */
export function diff(before: PropertyMap, after: PropertyMap, comparison: Comparison): PropertyChange[] {
  return [...changes({ before, after, path: "", pattern: "" }, comparison)];
}

/** Two versions of the value at one path. */
interface ValuePair {
  readonly before: PropertyValue | undefined;
  readonly after: PropertyValue | undefined;
  /** Path with list indices, as the engine prints it (`ingress[0].toPort`). */
  readonly path: string;
  /** Path without list indices, as in {@link Comparison} (`ingress.toPort`). */
  readonly pattern: string;
}

function* changes(
  { before, after, path, pattern }: ValuePair,
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
      const member = {
        before: before[key],
        after: after[key],
        path: memberPath(path, key),
        pattern: pattern === "" ? key : `${pattern}.${key}`,
      };
      yield* changes(member, comparison);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const ordered = comparison.unordered?.includes(pattern) ? align(before, after) : before;
    for (let i = 0; i < Math.max(ordered.length, after.length); i++) {
      yield* changes({ before: ordered[i], after: after[i], path: `${path}[${i}]`, pattern }, comparison);
    }
  } else if (after instanceof Unknown || before !== after) {
    const same =
      typeof before === "string" && typeof after === "string" && comparison.same?.(pattern, before, after);
    if (!same) {
      yield change("update");
    }
  }
}

function memberPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) {
    return `${path}["${key}"]`;
  }
  return path === "" ? key : `${path}.${key}`;
}

function isAbsent(value: PropertyValue | undefined): value is undefined | null {
  return value === undefined || value === null;
}

/** The old items in the order of their equals among the new items; old items without an equal fill the gaps, then the end. */
function align(before: readonly PropertyValue[], after: readonly PropertyValue[]): PropertyValue[] {
  const unmatched = before.map((item) => ({ item, text: canonical(item) }));
  const matched = after.map((item) => {
    const text = canonical(item);
    const index = unmatched.findIndex((candidate) => candidate.text === text);
    return index < 0 ? undefined : unmatched.splice(index, 1)[0]?.item;
  });
  const filled = matched.map((item) => item ?? unmatched.shift()?.item ?? null);
  return [...filled, ...unmatched.map(({ item }) => item)];
}

function canonical(value: PropertyValue): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
