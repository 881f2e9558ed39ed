import { createHash } from "node:crypto";
import { type PropertyMap, type PropertyValue, Unknown } from "../../plugin/values";

/**
 * Inputs with a name: their own; else the one that was made up for them before; else a new one, from the
 * resource's name and eight hexadecimal digits, marked by an annotation as the official plugin does.
 *
 * @param randomSeed the engine's, for this resource and operation
 */
export function named(
  inputs: PropertyMap,
  olds: PropertyMap,
  resourceName: string,
  randomSeed: Uint8Array,
): PropertyMap {
  const metadata = map(inputs.metadata);
  if (inputs.metadata instanceof Unknown || (metadata.name ?? "") !== "") {
    return inputs;
  }
  const before = map(olds.metadata);
  const name = isAutonamed(olds)
    ? (before.name ?? "")
    : `${resourceName}-${createHash("sha256").update(randomSeed).digest("hex").slice(0, 8)}`;
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name,
      annotations: { ...map(metadata.annotations), [AUTONAMED]: "true" },
    },
  };
}

/** Whether the object's name was made up, so that a replacement can have another one. */
export function isAutonamed({ metadata }: PropertyMap): boolean {
  return map(map(metadata).annotations)[AUTONAMED] === "true";
}

/**
 * The name under which a resource owns the fields that it applies.
 *
 * The official plugin draws a random one for each creation. Here it follows from the resource's URN, so that a
 * creation that was killed and is repeated owns what the first one made.
 */
export function fieldManager(urn: string, inputs: PropertyMap): string {
  const annotated = map(map(inputs.metadata).annotations)["pulumi.com/patchFieldManager"];
  return typeof annotated === "string" && annotated !== ""
    ? annotated
    : `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

const AUTONAMED = "pulumi.com/autonamed";

function map(value: PropertyValue | undefined): PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown)
    ? value
    : {};
}
