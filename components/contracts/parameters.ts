import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  encodeAbiParameters,
  type Hex,
  isAddress,
  toFunctionSignature,
} from "viem";

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
  return found.length > 1
    ? `has several functions ${wanted}: write one of ${found.map(toFunctionSignature).join(", ")}`
    : `has no function ${wanted}`;
}

/**
 * What is wrong with arguments: missing, surplus and of the wrong type, all of it. Names are taken with or without
 * the underscore that Solidity authors put behind or before them.
 *
 * @param where begins each finding. @example "chain138 OracleAggregator"
 */
export function argumentFindings(
  where: string,
  parameters: readonly AbiParameter[],
  given: Arguments,
): string[] {
  if (isList(given)) {
    return given.length === parameters.length
      ? parameters.flatMap((parameter, index) =>
          valueFindings(`${where}: ${nameOf(parameter) || `argument ${index + 1}`}`, parameter, given[index]),
        )
      : [`${where}: ${given.length} arguments; there are ${parameters.length}: ${listOf(parameters)}`];
  }
  const names = parameters.map(nameOf);
  return [
    ...parameters.flatMap((parameter) => {
      const name = nameOf(parameter);
      return name in given
        ? valueFindings(`${where}: ${name}`, parameter, given[name])
        : [`${where}: ${name} (${parameter.type}) is missing`];
    }),
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `${where}: ${name} is no parameter; there is ${names.join(", ") || "none"}`),
  ];
}

/** The arguments as the chain takes them. They have no findings. */
export function encodeArguments(parameters: readonly AbiParameter[], given: Arguments): Hex {
  return encodeAbiParameters(
    parameters,
    parameters.map((parameter, index) =>
      toAbi(parameter, isList(given) ? given[index] : given[nameOf(parameter)]),
    ),
  );
}

/** @example `owner_` → "owner" */
export function nameOf({ name }: AbiParameter): string {
  return (name ?? "").replace(/^_+|_+$/g, "");
}

function isList(given: Arguments): given is readonly unknown[] {
  return Array.isArray(given);
}

function listOf(parameters: readonly AbiParameter[]): string {
  return parameters.map((parameter) => `${nameOf(parameter)} (${parameter.type})`).join(", ") || "none";
}

function valueFindings(where: string, parameter: AbiParameter, value: unknown): string[] {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) {
    const [, inner = "", size = ""] = array;
    if (!Array.isArray(value)) {
      return [`${where} is ${show(value)}, but must be a list (${type})`];
    }
    return [
      ...(size !== "" && value.length !== Number(size)
        ? [`${where} has ${value.length} entries, but must have ${size}`]
        : []),
      ...value.flatMap((one, index) =>
        valueFindings(`${where}[${index}]`, { ...parameter, type: inner }, one),
      ),
    ];
  }
  const wanted = scalarWanted(type, value);
  return wanted === undefined ? [] : [`${where} is ${show(value)}, but must be ${wanted} (${type})`];
}

/** What a value must be that it is not. */
function scalarWanted(type: string, value: unknown): string | undefined {
  const whole = /^(u?)int(\d*)$/.exec(type);
  if (whole !== null) {
    return isWhole(value, whole[1] === "u", Number(whole[2] || 256)) ? undefined : "a whole number in range";
  }
  const bytes = /^bytes(\d*)$/.exec(type);
  if (bytes !== null) {
    const length = bytes[1] === "" ? undefined : Number(bytes[1]);
    return isHex(value, length)
      ? undefined
      : `0x and ${length === undefined ? "an even number of" : 2 * length} hex digits`;
  }
  switch (type) {
    case "address":
      return typeof value === "string" && isAddress(value)
        ? undefined
        : "an address, its checksum right if it has one";
    case "bool":
      return typeof value === "boolean" ? undefined : "true or false";
    case "string":
      return typeof value === "string" ? undefined : "text";
    default:
      return "of a type that config can hold; this one is not";
  }
}

function isWhole(value: unknown, unsigned: boolean, bits: number): boolean {
  const isNumber = typeof value === "number" && Number.isSafeInteger(value);
  if (!isNumber && !(typeof value === "string" && /^-?\d+$/.test(value))) {
    return false;
  }
  const number = BigInt(value as number | string);
  const top = 1n << BigInt(unsigned ? bits : bits - 1);
  return number < top && number >= (unsigned ? 0n : -top);
}

function isHex(value: unknown, length: number | undefined): boolean {
  return (
    typeof value === "string" &&
    /^0x([0-9a-fA-F]{2})*$/.test(value) &&
    (length === undefined || value.length === 2 + 2 * length)
  );
}

function toAbi(parameter: AbiParameter, value: unknown): unknown {
  if (Array.isArray(value)) {
    const inner = parameter.type.replace(/\[\d*\]$/, "");
    return value.map((one) => toAbi({ ...parameter, type: inner }, one));
  }
  return /^u?int/.test(parameter.type) ? BigInt(value as number | string) : value;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}
