import type { AbiFunction } from "viem";
import { namesOf } from "./parameters";
import { isReference } from "./references";

/** A value that the view has to return. */
export interface ExpectedValue {
  /** Where the definition has it. @example "", "[0]", ".enabled" */
  readonly at: string;
  /** Its place among what the view returns; of a name that nothing there has, -1. */
  readonly index: number;
  readonly value: unknown;
}

/** What the view has to return, by place. */
export function expected({ outputs }: AbiFunction, returns: unknown): ExpectedValue[] {
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
