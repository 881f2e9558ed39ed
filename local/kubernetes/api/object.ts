/** A Kubernetes object as JSON. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

export interface ObjectMetadata {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: readonly { kind: string; name: string; uid: string; controller?: boolean }[];
  finalizers?: readonly string[];
  [field: string]: unknown;
}

/** The value at a path of member names, or undefined if something on the way is not there. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) {
      return undefined;
    }
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** The number at a path; 0 if there is none, as the API leaves out zeros. */
export function count(value: unknown, ...path: readonly string[]): number {
  const found = field(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The string at a path; empty if there is none. */
export function text(value: unknown, ...path: readonly string[]): string {
  const found = field(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The list at a path; empty if there is none. */
export function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The entry of `status.conditions` of that type. */
export function condition(
  object: unknown,
  type: string,
): { status: string; reason: string; message: string } | undefined {
  const found = list(object, "status", "conditions").find((each) => field(each, "type") === type);
  return found === undefined
    ? undefined
    : { status: text(found, "status"), reason: text(found, "reason"), message: text(found, "message") };
}

/** `namespace/name`, or `name` for what has no namespace: the id of a Pulumi resource. */
export function idOf({ metadata: { namespace, name } }: KubernetesObject): string {
  return namespace === undefined || namespace === "" ? String(name) : `${namespace}/${name}`;
}
