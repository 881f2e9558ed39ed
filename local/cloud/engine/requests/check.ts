import type { CheckRequest, CheckResult } from "../../../plugin/plugin";
import { type PropertyMap, Unknown } from "../../../plugin/values";
import type { KindContext } from "../cloud/kind-context";
import type { Kind, Scope } from "../resources/kind";
import { isGiven, isObject, withDefault, without, withoutNulls } from "../resources/properties";
import { withName } from "./autoname";

/** The inputs with the names and defaults that the official plugin fills in, and the failures that it reports. */
export function check(
  { cloud, dialect, kind }: KindContext,
  scope: Scope,
  request: CheckRequest,
): CheckResult {
  const named = withName(kind, dialect, request, { ...kind.defaults, ...withoutNulls(request.news) });
  const inputs = dialect.prepare(kind, named, { scope, olds: request.olds, view: cloud });
  const missing = kind.required
    .filter((path) => !isGiven(inputs, path))
    .map((path) => ({ property: path, reason: missingReason(path) }));
  return { inputs, failures: [...missing, ...(kind.check?.(inputs) ?? [])] };
}

/** A new resource's outputs as far as a preview can know them; the other outputs are unknown. */
export function previewOutputs(kind: Kind, inputs: PropertyMap): PropertyMap {
  const notes = Object.keys(inputs).filter((key) => key.startsWith("__"));
  let outputs = without(inputs, [...notes, ...(kind.pathParameters ?? [])]);
  for (const path of kind.unknown) {
    const parent = path.split(".")[0] ?? path;
    // A nested output is unknown only inside an object that the program sets; otherwise the whole object is unknown.
    outputs =
      path === parent || isObject(outputs[parent])
        ? withDefault(outputs, path, Unknown.value)
        : withDefault(outputs, parent, Unknown.value);
  }
  return outputs;
}

/** The outputs that each update changes, which its preview therefore cannot know. */
export function recomputedOutputs(kind: Kind): PropertyMap {
  return Object.fromEntries((kind.recomputed ?? []).map((output) => [output, Unknown.value]));
}

function missingReason(path: string): string {
  return path === "location"
    ? "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'."
    : `missing required property '${path}'`;
}
