import type { AbiFunction } from "viem";
import { namesOf } from "./parameters";
import { isReference } from "./references";

/** A value that a view is expected to return. */
export interface ExpectedReturn {
  /** Where the definition has the value, relative to `returns`. @example "", "[0]", ".enabled" */
  readonly at: string;
  /** The value's position among the return values; -1 if no return value has the name. */
  readonly index: number;
  readonly value: unknown;
}

/** The values that a definition expects a view to return. Empty if the definition expects none. */
export function expectedReturns({ outputs }: AbiFunction, returns: unknown): ExpectedReturn[] {
  if (returns === undefined) {
    return [];
  }
  if (Array.isArray(returns) && !(outputs.length === 1 && outputs[0]?.type.endsWith("]"))) {
    return returns.map((value, index) => ({ at: `[${index}]`, index, value }));
  }
  if (typeof returns === "object" && returns !== null && !Array.isArray(returns) && !isReference(returns)) {
    return Object.entries(returns).map(([name, value]) => ({
      at: `.${name}`,
      index: outputs.findIndex((output) => namesOf(output, outputs).includes(name)),
      value,
    }));
  }
  return [{ at: "", index: 0, value: returns }];
}
