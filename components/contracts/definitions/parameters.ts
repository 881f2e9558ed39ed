import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  encodeAbiParameters,
  getAddress,
  type Hex,
  toFunctionSignature,
} from "viem";
import { suggestion } from "../../suggestion";

/**
 * Arguments of a constructor or function, by the names of its parameters or as a list in their order. Whole numbers
 * beyond 2^53 are given as text.
 */
export type Arguments = Readonly<Record<string, unknown>> | readonly unknown[];

/** The parameters of a contract's constructor, in order. */
export function constructorParameters(abi: Abi): readonly AbiParameter[] {
  return abi.find((entry) => entry.type === "constructor")?.inputs ?? [];
}

/**
 * A function of a contract.
 *
 * @param wanted its name, or where several have it its signature. @example "setLane", "safeMint(address,uint256)"
 * @returns the function, or what is wrong with the name
 */
export function findFunction(abi: Abi, wanted: string): AbiFunction | string {
  const functions = abi.filter((entry): entry is AbiFunction => entry.type === "function");
  const found = functions.filter(
    (entry) => entry.name === wanted || toFunctionSignature(entry) === wanted.replace(/\s/g, ""),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) {
    return only;
  }
  if (found.length > 1) {
    return `is "${wanted}", of which there are several; write one of ${found.map(toFunctionSignature).join(", ")}`;
  }
  const known = [
    ...new Set(functions.map((one) => (wanted.includes("(") ? toFunctionSignature(one) : one.name))),
  ];
  return `is "${wanted}", which is no function of the contract${suggestion(wanted, known)} (functions: ${known.join(", ") || "none"})`;
}

/**
 * The names that a parameter may be given by, the shortest first: the one in Solidity, and that without the
 * underscores that authors put behind or before it, unless another parameter could be meant. Empty if it has none.
 *
 * @example `owner_` → "owner", "owner_"
 */
export function namesOf(parameter: AbiParameter, parameters: readonly AbiParameter[]): readonly string[] {
  const { name = "" } = parameter;
  const bare = withoutUnderscores(name);
  const isShared = parameters.some(
    (other) => other !== parameter && withoutUnderscores(other.name ?? "") === bare,
  );
  return [...new Set(isShared ? [name] : [bare, name])].filter((one) => one !== "");
}

/** The arguments as the chain takes them. They have no findings. */
export function encodeArguments(parameters: readonly AbiParameter[], given: Arguments): Hex {
  return encodeAbiParameters(
    parameters,
    inOrder(parameters, given).map(([parameter, value]) => toAbi(parameter, value)),
  );
}

/** The arguments for people. They have no findings. @example "owner: 0x…, step: 7" */
export function describeArguments(parameters: readonly AbiParameter[], given: Arguments): string {
  return inOrder(parameters, given)
    .map(([parameter, value]) => {
      const [name] = namesOf(parameter, parameters);
      return name === undefined ? show(value) : `${name}: ${show(value)}`;
    })
    .join(", ");
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(show).join(", ")}]` : String(value);
}

function inOrder(
  parameters: readonly AbiParameter[],
  given: Arguments,
): (readonly [parameter: AbiParameter, value: unknown])[] {
  return parameters.map((parameter, index) => {
    const name = namesOf(parameter, parameters).find((one) => Object.hasOwn(given, one)) ?? "";
    return [parameter, isList(given) ? given[index] : given[name]];
  });
}

/** Whether arguments are given in order, not by name. */
export function isList(given: Arguments): given is readonly unknown[] {
  return Array.isArray(given);
}

function withoutUnderscores(name: string): string {
  return name.replace(/^_+|_+$/g, "");
}

function toAbi(parameter: AbiParameter, value: unknown): unknown {
  if (Array.isArray(value)) {
    const inner = parameter.type.replace(/\[\d*\]$/, "");
    return value.map((one) => toAbi({ ...parameter, type: inner }, one));
  }
  if (parameter.type === "address") {
    // The encoding takes no address in capitals.
    return getAddress(value as string);
  }
  return /^u?int/.test(parameter.type) ? BigInt(value as number | string) : value;
}
