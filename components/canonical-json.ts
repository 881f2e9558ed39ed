export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON with sorted keys and without white space: the same text for equal values, however their keys are ordered. */
export function canonicalJson(value: Json): string {
  if (isList(value)) {
    return `[${value.map(canonicalJson).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** `Array.isArray` does not recognize readonly arrays. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
