import type { AbiFunction, AbiParameter } from "viem";
import { arrayOf, componentsOf, namesOf } from "./parameters";
import { isReference } from "./references";

/** A value that a view is expected to return. */
export interface ExpectedReturn {
  /** Where the definition has the value, relative to `returns`. @example "", "[0]", ".enabled", ".lane.fee" */
  readonly at: string;
  /**
   * The value's position among the return values, and below it the positions in structs. Undefined if nothing that the view
   * returns has the name or the position.
   */
  readonly path: readonly number[] | undefined;
  /** The type of the value. Undefined if the path is undefined. */
  readonly parameter: AbiParameter | undefined;
  readonly value: unknown;
}

/**
 * The values that a definition expects a view to return: the named ones, or all in order. A struct may be given by some of its
 * fields. If a struct is all that the view returns, its fields are named directly. Empty if the definition expects nothing.
 */
export function expectedReturns({ outputs }: AbiFunction, returns: unknown): ExpectedReturn[] {
  if (returns === undefined) {
    return [];
  }
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) {
    const fields = componentsOf(only);
    if (fields !== undefined && isList(returns)) {
      return expectedIn(fields, returns, { at: "", path: [0] });
    }
    if (fields !== undefined && isObject(returns) && !namesOutput(returns, outputs)) {
      return expectedIn(fields, returns, { at: "", path: [0] });
    }
    if (arrayOf(only) !== undefined && isList(returns)) {
      return [{ at: "", path: [0], parameter: only, value: returns }];
    }
  }
  if (isList(returns) || (isObject(returns) && !isReference(returns))) {
    return expectedIn(outputs, returns, { at: "", path: [] });
  }
  return [{ at: "", path: [0], parameter: only, value: returns }];
}

/** Whether the names are those of the outputs, and not those of the fields of the only output. */
function namesOutput(returns: object, outputs: readonly AbiParameter[]): boolean {
  const names = outputs.flatMap((output) => namesOf(output, outputs));
  const fields = outputs.flatMap((output) => componentsOf(output) ?? []);
  const fieldNames = fields.flatMap((field) => namesOf(field, fields));
  return Object.keys(returns).every((name) => names.includes(name) && !fieldNames.includes(name));
}

function expectedIn(
  parameters: readonly AbiParameter[],
  values: object,
  { at, path }: { readonly at: string; readonly path: readonly number[] },
): ExpectedReturn[] {
  return Object.entries(values).flatMap(([name, value]): ExpectedReturn[] => {
    const index = isList(values)
      ? Number(name)
      : parameters.findIndex((parameter) => namesOf(parameter, parameters).includes(name));
    const parameter = parameters[index];
    const place = { at: isList(values) ? `${at}[${name}]` : `${at}.${name}`, path: [...path, index] };
    const components = parameter === undefined ? undefined : componentsOf(parameter);
    if (components !== undefined && (isList(value) || isObject(value))) {
      return expectedIn(components, value as object, place);
    }
    return [{ ...place, path: parameter === undefined ? undefined : place.path, parameter, value }];
  });
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
