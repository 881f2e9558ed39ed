import { type AbiParameter, isAddress } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { closestWord } from "../../suggestion";
import { checksumProblem } from "../definitions/checksum";
import { type Arguments, isList, namesOf } from "../definitions/parameters";
import { contractsIn, type ReferenceContext, resolved, withPlaceholders } from "../definitions/references";
import { intendedReference } from "./reference-findings";

type NamedArguments = Readonly<Record<string, unknown>>;

/**
 * What is wrong with arguments: missing, surplus and of the wrong type, all at once. A reference to a contract counts
 * as an address; whether the contract exists is checked elsewhere.
 *
 * @param key where the arguments are written. @example "contracts.chains.chain138.contracts.OracleAggregator.args"
 */
export function argumentFindings(
  key: string,
  parameters: readonly AbiParameter[],
  args: Arguments,
  context: ReferenceContext,
): Finding[] {
  if (isList(args)) {
    return args.length === parameters.length
      ? parameters.flatMap((parameter, index) =>
          valueFindings(`${key}[${index}]`, parameter, args[index], context),
        )
      : [
          {
            key,
            problem: `has ${args.length} ${args.length === 1 ? "argument" : "arguments"}; ${parameterList(parameters)}`,
          },
        ];
  }
  if (parameters.some((parameter) => namesOf(parameter, parameters).length === 0)) {
    return [
      { key, problem: `must be a list, as not every parameter has a name; ${parameterList(parameters)}` },
    ];
  }
  return [...parameterFindings(key, parameters, args, context), ...surplusFindings(key, parameters, args)];
}

/**
 * What is wrong with one value.
 *
 * @param key where the value is written. @example "contracts.chains.chain138.contracts.MultiSig.args.owners"
 */
export function valueFindings(
  key: string,
  parameter: AbiParameter,
  value: unknown,
  context: ReferenceContext,
): Finding[] {
  const array = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (array === null) {
    const problem = scalarProblem(parameter, value, context);
    return problem === undefined ? [] : [{ key, problem: `is ${show(value)}; ${problem}` }];
  }
  const [, elementType = "", size = ""] = array;
  if (!Array.isArray(value)) {
    return [{ key, problem: `is ${show(value)}; must be a list (${declaration(parameter)})` }];
  }
  return [
    ...(size !== "" && value.length !== Number(size)
      ? [{ key, problem: `has ${value.length} entries; must have ${size} (${declaration(parameter)})` }]
      : []),
    ...entriesAt(key, value).flatMap(([elementKey, element]) =>
      valueFindings(elementKey, { ...parameter, name: "", type: elementType }, element, context),
    ),
  ];
}

/** Findings about parameters: without an argument, with two arguments, or with a wrong argument. */
function parameterFindings(
  key: string,
  parameters: readonly AbiParameter[],
  args: NamedArguments,
  context: ReferenceContext,
): Finding[] {
  // An argument under a misspelled name has a finding of its own, so its parameter is not reported as missing.
  const intendedNames = surplusNames(parameters, args).map((name) =>
    closestWord(name, missingNames(parameters, args)),
  );
  return parameters.flatMap((parameter) => {
    const names = namesOf(parameter, parameters);
    const [shortestName = ""] = names;
    const [name, secondName] = names.filter((one) => Object.hasOwn(args, one));
    if (name === undefined) {
      return intendedNames.includes(shortestName)
        ? []
        : [{ key: `${key}.${shortestName}`, problem: `is missing (${declaration(parameter)})` }];
    }
    return secondName === undefined
      ? valueFindings(`${key}.${name}`, parameter, args[name], context)
      : [{ key: `${key}.${secondName}`, problem: `and ${name} are the same parameter; leave one out` }];
  });
}

function surplusFindings(key: string, parameters: readonly AbiParameter[], args: NamedArguments): Finding[] {
  const missing = missingNames(parameters, args);
  return surplusNames(parameters, args).map((name) => {
    const intended = closestWord(name, missing);
    return {
      key: `${key}.${name}`,
      problem: `is no parameter; ${intended === undefined ? parameterList(parameters) : `did you mean "${intended}"?`}`,
    };
  });
}

/** Names of arguments that no parameter has. */
function surplusNames(parameters: readonly AbiParameter[], args: NamedArguments): string[] {
  const names = parameters.flatMap((parameter) => namesOf(parameter, parameters));
  return Object.keys(args).filter((name) => !names.includes(name));
}

/** The shortest name of each parameter without an argument. */
function missingNames(parameters: readonly AbiParameter[], args: NamedArguments): string[] {
  return parameters
    .map((parameter) => namesOf(parameter, parameters))
    .filter((names) => !names.some((name) => Object.hasOwn(args, name)))
    .flatMap(([shortestName]) => shortestName ?? []);
}

/** What a value that is not a list must be. Undefined if nothing is wrong with the value. */
function scalarProblem(
  parameter: AbiParameter,
  value: unknown,
  context: ReferenceContext,
): string | undefined {
  const resolvedValue = resolved(value, context, withPlaceholders(contractsIn(value, context), new Map()));
  const requirement = unmetRequirement(parameter.type, resolvedValue);
  if (requirement === undefined) {
    return undefined;
  }
  const intended = intendedReference(value);
  return `${requirement} (${declaration(parameter)})${intended === undefined ? "" : `; did you mean ${intended}?`}`;
}

/** The requirement of a Solidity type that a value does not meet. */
function unmetRequirement(type: string, value: unknown): string | undefined {
  const integer = /^(u?)int(\d*)$/.exec(type);
  if (integer !== null) {
    return unmetIntegerRequirement(value, integer[1] === "u", Number(integer[2] || 256));
  }
  const bytes = /^bytes(\d*)$/.exec(type);
  if (bytes !== null) {
    const length = bytes[1] === "" ? undefined : Number(bytes[1]);
    return isHex(value, length)
      ? undefined
      : `must be 0x and ${length === undefined ? "an even number of" : 2 * length} hex digits${length === 32 ? ", or { keccak256: <text> }" : ""}`;
  }
  switch (type) {
    case "address":
      return typeof value === "string" && isAddress(value, { strict: false })
        ? checksumProblem(value)
        : "must be an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender }";
    case "bool":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "string":
      return typeof value === "string" ? undefined : "must be text";
    default:
      return "must be of a type that a config can hold, and this type is not one";
  }
}

function unmetIntegerRequirement(value: unknown, isUnsigned: boolean, bits: number): string | undefined {
  const isNumber = typeof value === "number" && Number.isInteger(value);
  if (isNumber && !Number.isSafeInteger(value)) {
    return "must be in quotes: a number beyond 2^53 without quotes loses digits";
  }
  const power = isUnsigned ? bits : bits - 1;
  const limit = 1n << BigInt(power);
  const least = isUnsigned ? 0n : -limit;
  const isWhole = isNumber || (typeof value === "string" && /^-?\d+$/.test(value));
  return isWhole && BigInt(value) < limit && BigInt(value) >= least
    ? undefined
    : `must be a whole number from ${isUnsigned ? "0" : `-2^${power}`} to 2^${power} - 1`;
}

function isHex(value: unknown, length: number | undefined): boolean {
  return (
    typeof value === "string" &&
    /^0x([0-9a-fA-F]{2})*$/.test(value) &&
    (length === undefined || value.length === 2 + 2 * length)
  );
}

/** @example "there are 2 parameters: owner (address), router (address)" */
function parameterList(parameters: readonly AbiParameter[]): string {
  const descriptions = parameters.map((parameter) => {
    const [name] = namesOf(parameter, parameters);
    return name === undefined ? parameter.type : `${name} (${parameter.type})`;
  });
  return descriptions.length === 0
    ? "there are no parameters"
    : `there ${descriptions.length === 1 ? "is 1 parameter" : `are ${descriptions.length} parameters`}: ${descriptions.join(", ")}`;
}

/** A parameter as Solidity declares it. @example "uint256 step_" */
function declaration({ type, name = "" }: AbiParameter): string {
  return name === "" ? type : `${type} ${name}`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}
