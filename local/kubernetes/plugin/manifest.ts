import type { PropertyMap, PropertyValue } from "../../plugin/values";
import type { KubernetesObject } from "../api/object";

/** The object that a resource's inputs (all known) describe. */
export function manifest(inputs: PropertyMap): KubernetesObject {
  return renamed(inputs, TO_KUBERNETES) as unknown as KubernetesObject;
}

/** A live object as resource properties. The record of who manages which field is left out: it is long and no use. */
export function properties(object: KubernetesObject): PropertyMap {
  const { managedFields, ...metadata } = object.metadata;
  return renamed({ ...object, metadata } as unknown as PropertyMap, TO_PULUMI) as PropertyMap;
}

/** The SDK cannot have dashes in the names of its schema types' members. */
const TO_KUBERNETES: ReadonlyMap<string, string> = new Map(
  [
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
  ].map((name) => [name.replaceAll("-", "_"), name]),
);

const TO_PULUMI: ReadonlyMap<string, string> = new Map([...TO_KUBERNETES].map(([a, b]) => [b, a]));

/** Also drops nulls, which stand for "not given". */
function renamed(value: PropertyValue, names: ReadonlyMap<string, string>): PropertyValue {
  if (Array.isArray(value)) {
    return value.map((member) => renamed(member, names));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [names.get(name) ?? name, renamed(member, names)]),
  );
}
