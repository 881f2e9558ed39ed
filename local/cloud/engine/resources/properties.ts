import { type PropertyMap, type PropertyValue, Unknown } from "../../../plugin/values";

/** The value at a dotted path (`networkProfile.serviceCidr`); undefined if the value is absent, null or unknown. */
export function at(map: PropertyMap, path: string): PropertyValue | undefined {
  let value: PropertyValue | undefined = map;
  for (const key of path.split(".")) {
    value = isObject(value) ? value[key] : undefined;
  }
  return value === null || value instanceof Unknown ? undefined : value;
}

export function stringAt(map: PropertyMap, path: string): string | undefined {
  const value = at(map, path);
  return typeof value === "string" ? value : undefined;
}

export function numberAt(map: PropertyMap, path: string): number | undefined {
  const value = at(map, path);
  return typeof value === "number" ? value : undefined;
}

export function booleanAt(map: PropertyMap, path: string): boolean | undefined {
  const value = at(map, path);
  return typeof value === "boolean" ? value : undefined;
}

/** The list at a path; empty if the path has no list. */
export function listAt(map: PropertyMap, path: string): readonly PropertyValue[] {
  const value = at(map, path);
  return Array.isArray(value) ? value : [];
}

export function stringsAt(map: PropertyMap, path: string): readonly string[] {
  return listAt(map, path).filter((item) => typeof item === "string");
}

export function objectsAt(map: PropertyMap, path: string): readonly PropertyMap[] {
  return listAt(map, path).filter(isObject);
}

/** The object at a path; empty if the path has no object. */
export function objectAt(map: PropertyMap, path: string): PropertyMap {
  const value = at(map, path);
  return isObject(value) ? value : {};
}

/** The members of the object at a path that are strings; for tags and similar maps. */
export function stringMapAt(map: PropertyMap, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectAt(map, path)).filter((entry): entry is [string, string] => {
      return typeof entry[1] === "string";
    }),
  );
}

/** True if the path has a value, even one that is not known yet. */
export function isGiven(map: PropertyMap, path: string): boolean {
  const keys = path.split(".");
  let value: PropertyValue | undefined = map;
  for (const key of keys) {
    if (value instanceof Unknown) {
      return true;
    }
    value = isObject(value) ? value[key] : undefined;
  }
  return value !== undefined && value !== null;
}

/** A copy with a default at a dotted path: missing objects are created, an existing value stays. */
export function withDefault(map: PropertyMap, path: string, value: PropertyValue): PropertyMap {
  const [key = "", ...rest] = path.split(".");
  const present = map[key];
  if (rest.length === 0) {
    return present === undefined || present === null ? { ...map, [key]: value } : map;
  }
  if (present !== undefined && present !== null && !isObject(present)) {
    return map;
  }
  return { ...map, [key]: withDefault(present ?? {}, rest.join("."), value) };
}

/** A copy without null and undefined members, as the official plugins receive their inputs. */
export function withoutNulls(value: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => [key, isObject(member) ? withoutNulls(member) : member]),
  );
}

/** A copy without the named members. */
export function without(map: PropertyMap, keys: readonly string[]): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** A copy without the member at a dotted path. */
export function withoutPath(map: PropertyMap, path: string): PropertyMap {
  const [key = "", ...rest] = path.split(".");
  const present = map[key];
  if (rest.length === 0) {
    return without(map, [key]);
  }
  return isObject(present) ? { ...map, [key]: withoutPath(present, rest.join(".")) } : map;
}

export function isObject(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}
