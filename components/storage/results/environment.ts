import { createHash } from "node:crypto";
import { canonicalJson, isList, type Json } from "../../canonical-json";
import type { Environment } from "./records";

/**
 * The fingerprint of an environment: the first 16 hexadecimal digits of the SHA-256 of its canonical JSON. The order of keys and
 * of the groups of workers does not matter.
 */
export function fingerprint(environment: Environment): string {
  return createHash("sha256")
    .update(canonicalJson(normalized(environment)))
    .digest("hex")
    .slice(0, 16);
}

/**
 * The fingerprint of the part of an environment on which the results of one pool depend. Another pool that is added or changed
 * makes no result of this pool worthless.
 */
export function poolFingerprint(environment: Environment, pool: string): string {
  return fingerprint(onlyPools(environment, [pool]));
}

/** The environment without any other pools. */
export function onlyPools<Part extends Pick<Environment, "pools">>(
  environment: Part,
  pools: readonly string[],
): Part {
  const own = Object.entries(environment.pools).filter(([name]) => pools.includes(name));
  return { ...environment, pools: Object.fromEntries(own) };
}

/** A value in which two environments differ. */
export interface EnvironmentDifference {
  /** @example "pools.rep3.parameters.imageFeatures" */
  readonly path: string;
  /** The value in the first environment as JSON; "absent" if there is none. */
  readonly first: string;
  /** The value in the second environment as JSON; "absent" if there is none. */
  readonly second: string;
}

/**
 * Where two environments differ, sorted by path. Empty exactly if the fingerprints are equal, but for collisions of the hash.
 * A part that only one of the environments has is one difference, however many values the part has.
 */
export function differences(first: Environment, second: Environment): EnvironmentDifference[] {
  return compare("", normalized(first), normalized(second));
}

/** A difference as a sentence for a person. */
export function describeDifference({ path, first, second }: EnvironmentDifference): string {
  return `${path} is ${first} in the first run and ${second} in the second.`;
}

/** Sorts the groups of workers: the API server lists nodes in no order that means anything. */
function normalized(environment: Environment): Json {
  const nodes = [...environment.nodes].sort((one, other) =>
    canonicalJson(one) < canonicalJson(other) ? -1 : 1,
  );
  return { ...environment, nodes };
}

function compare(path: string, first: Json | undefined, second: Json | undefined): EnvironmentDifference[] {
  if (isContainer(first) && isContainer(second) && isList(first) === isList(second)) {
    const [one, other] = [new Map(Object.entries(first)), new Map(Object.entries(second))];
    return [...new Set([...one.keys(), ...other.keys()])]
      .sort()
      .flatMap((key) => compare(member(path, key), one.get(key), other.get(key)));
  }
  const [one, other] = [first, second].map((value) =>
    value === undefined ? "absent" : canonicalJson(value),
  );
  return one === other || one === undefined || other === undefined
    ? []
    : [{ path, first: one, second: other }];
}

/** The path of a member, written as in JavaScript. */
function member(path: string, key: string): string {
  if (/^\d+$/.test(key)) {
    return `${path}[${key}]`;
  }
  return /^[\w-]+$/.test(key) ? [path, key].filter(Boolean).join(".") : `${path}[${JSON.stringify(key)}]`;
}

function isContainer(value: Json | undefined): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}
