import { type Abi, type AbiFunction, type AbiParameter, toFunctionSignature } from "viem";
import { suggestion } from "../../suggestion";

/**
 * Arguments of a constructor or function: by the names of the parameters, or as a list in their order. Whole numbers
 * beyond 2^53 are written as text.
 */
export type Arguments = Readonly<Record<string, unknown>> | readonly unknown[];

/** Whether a contract's constructor takes wei. */
export function hasPayableConstructor(abi: Abi): boolean {
  return abi.some((entry) => entry.type === "constructor" && entry.stateMutability === "payable");
}

/** The parameters of a contract's constructor, in order. */
export function constructorParameters(abi: Abi): readonly AbiParameter[] {
  return abi.find((entry) => entry.type === "constructor")?.inputs ?? [];
}

/** The result of looking a function up. A problem continues the sentence that begins with the config key. */
export type FoundFunction =
  | { readonly kind: "function"; readonly entry: AbiFunction }
  | { readonly kind: "problem"; readonly problem: string };

/**
 * Looks a function of a contract up.
 *
 * @param name the function's name, or its signature if several functions have the name. @example "setLane", "safeMint(address,uint256)"
 */
export function findFunction(abi: Abi, name: string): FoundFunction {
  const functions = abi.filter((entry): entry is AbiFunction => entry.type === "function");
  const matches = functions.filter(
    (entry) => entry.name === name || toFunctionSignature(entry) === name.replace(/\s/g, ""),
  );
  const [entry] = matches;
  if (entry !== undefined && matches.length === 1) {
    return { kind: "function", entry };
  }
  if (matches.length > 1) {
    return {
      kind: "problem",
      problem: `is "${name}", and several functions have this name; write one of ${matches.map(toFunctionSignature).join(", ")}`,
    };
  }
  const names = [
    ...new Set(functions.map((one) => (name.includes("(") ? toFunctionSignature(one) : one.name))),
  ];
  return {
    kind: "problem",
    problem: `is "${name}", which is no function of the contract${suggestion(name, names)} (functions: ${names.join(", ") || "none"})`,
  };
}

/** Whether a function only reads. */
export function isView({ stateMutability }: AbiFunction): boolean {
  return stateMutability === "view" || stateMutability === "pure";
}

/**
 * The names by which an argument may be given for a parameter, the shortest first: the Solidity name, and the Solidity
 * name without leading and trailing underscores unless that would name another parameter, too. Empty if the parameter
 * has no name.
 *
 * @example `owner_` → "owner", "owner_"
 */
export function namesOf(parameter: AbiParameter, parameters: readonly AbiParameter[]): readonly string[] {
  const { name = "" } = parameter;
  const bareName = withoutUnderscores(name);
  const isAmbiguous = parameters.some(
    (other) => other !== parameter && withoutUnderscores(other.name ?? "") === bareName,
  );
  return [...new Set(isAmbiguous ? [name] : [bareName, name])].filter((one) => one !== "");
}

/** Each parameter with its argument; undefined for a parameter without one. */
export function inParameterOrder(
  parameters: readonly AbiParameter[],
  args: Arguments,
): (readonly [parameter: AbiParameter, value: unknown])[] {
  return parameters.map((parameter, index) => {
    const name = namesOf(parameter, parameters).find((one) => Object.hasOwn(args, one)) ?? "";
    return [parameter, isList(args) ? args[index] : args[name]];
  });
}

/** Whether arguments are given in order, not by name. */
export function isList(args: Arguments): args is readonly unknown[] {
  return Array.isArray(args);
}

function withoutUnderscores(name: string): string {
  return name.replace(/^_+|_+$/g, "");
}

/** The type of the elements, and the length of an array of a fixed length. Undefined if a parameter is no array. */
export function arrayOf(
  parameter: AbiParameter,
): { readonly element: AbiParameter; readonly length: number | undefined } | undefined {
  const match = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (match === null) {
    return undefined;
  }
  const [, type = "", length = ""] = match;
  return {
    element: { ...parameter, name: "", type },
    length: length === "" ? undefined : Number(length),
  };
}

/** The fields of a struct. Undefined if a parameter is no struct, or an array of structs. */
export function componentsOf(parameter: AbiParameter): readonly AbiParameter[] | undefined {
  return parameter.type === "tuple" && "components" in parameter ? parameter.components : undefined;
}
