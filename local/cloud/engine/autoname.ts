import { randomBytes } from "node:crypto";
import type { CheckRequest } from "../../plugin/plugin";
import type { PropertyMap, PropertyValue } from "../../plugin/values";
import type { Dialect } from "./dialect";
import type { Kind } from "./kind";
import { isGiven, isObject } from "./properties";
import { hex, uuid } from "./random";

/**
 * The inputs with a name: the program's, else the one that the resource has, else one made from the engine's
 * random seed, so that a preview and the update after it find the same.
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
  const note = dialect.namedByPlugin(autoname.property);
  const earlier = request.olds[autoname.property];
  if (typeof earlier === "string") {
    const wasMadeUp = Object.entries(note).every(([key, value]) => same(request.olds[key], value));
    return { ...inputs, [autoname.property]: earlier, ...(wasMadeUp ? note : {}) };
  }
  const seed =
    request.randomSeed.length > 0
      ? Buffer.from(request.randomSeed).toString("hex")
      : randomBytes(32).toString("hex");
  switch (autoname.style) {
    case "copy":
      return { ...inputs, [autoname.property]: request.name };
    case "uuid":
      return { ...inputs, [autoname.property]: uuid(seed, request.urn), ...note };
    case "random": {
      const digits = hex(dialect.randomDigits, seed, request.urn);
      const longest = (autoname.maximumLength ?? 1000) - digits.length - dialect.nameSeparator.length;
      const name = `${request.name.slice(0, longest)}${dialect.nameSeparator}${digits}`;
      return { ...inputs, [autoname.property]: name, ...note };
    }
  }
}

function same(a: PropertyValue | undefined, b: PropertyValue): boolean {
  return isObject(a) || Array.isArray(a) ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}
