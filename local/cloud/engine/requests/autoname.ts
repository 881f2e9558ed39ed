import { randomBytes } from "node:crypto";
import type { CheckRequest } from "../../../plugin/plugin";
import type { PropertyMap, PropertyValue } from "../../../plugin/values";
import type { Dialect } from "../cloud/dialect";
import type { Kind } from "../resources/kind";
import { isGiven, isObject } from "../resources/properties";
import { hex, uuid } from "../resources/random";

/**
 * The inputs with a name: the program's, else the resource's present name, else a name generated from the engine's
 * random seed, so that a preview and the update after it generate the same name.
 */
export function withName(
  kind: Kind,
  dialect: Pick<Dialect, "nameSeparator" | "randomDigits" | "namedByPlugin">,
  request: Pick<CheckRequest, "urn" | "name" | "olds" | "randomSeed">,
  inputs: PropertyMap,
): PropertyMap {
  const { autoname } = kind;
  if (autoname === undefined || isGiven(inputs, autoname.property)) {
    return inputs;
  }
  const marker = dialect.namedByPlugin(autoname.property);
  const previousName = request.olds[autoname.property];
  if (typeof previousName === "string") {
    const wasGenerated = Object.entries(marker).every(([key, value]) => same(request.olds[key], value));
    return { ...inputs, [autoname.property]: previousName, ...(wasGenerated ? marker : {}) };
  }
  const seed =
    request.randomSeed.length > 0
      ? Buffer.from(request.randomSeed).toString("hex")
      : randomBytes(32).toString("hex");
  switch (autoname.style) {
    case "copy":
      return { ...inputs, [autoname.property]: request.name };
    case "uuid":
      return { ...inputs, [autoname.property]: uuid(seed, request.urn), ...marker };
    case "random": {
      const digits = hex(dialect.randomDigits, seed, request.urn);
      const maximumPrefixLength =
        (autoname.maximumLength ?? 1000) - digits.length - dialect.nameSeparator.length;
      const name = `${request.name.slice(0, maximumPrefixLength)}${dialect.nameSeparator}${digits}`;
      return { ...inputs, [autoname.property]: name, ...marker };
    }
  }
}

function same(a: PropertyValue | undefined, b: PropertyValue): boolean {
  return isObject(a) || Array.isArray(a) ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}
