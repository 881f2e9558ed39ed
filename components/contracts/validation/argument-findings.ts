import { type AbiParameter, isAddress } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { meantWord } from "../../suggestion";
import { checksumProblem } from "../definitions/checksum";
import { type Arguments, isList, namesOf } from "../definitions/parameters";
import { type ReferenceContext, resolved, withStandIns } from "../definitions/references";
import { meantReference } from "./reference-findings";

/**
 * What is wrong with arguments: missing, surplus and of the wrong type, all of it. An address that a reference
 * stands for counts as right; whether there is such a contract is not asked here.
 *
 * @param key where the arguments are. @example "contracts.chains.chain138.contracts.OracleAggregator.args"
 */
export function argumentFindings(
  key: string,
  parameters: readonly AbiParameter[],
  given: Arguments,
  surroundings: ReferenceContext,
): Finding[] {
  if (isList(given)) {
    return given.length === parameters.length
      ? parameters.flatMap((parameter, index) =>
          valueFindings(`${key}[${index}]`, parameter, given[index], surroundings),
        )
      : [
          {
            key,
            problem: `has ${given.length} ${given.length === 1 ? "argument" : "arguments"}; ${inWords(parameters)}`,
          },
        ];
  }
  if (parameters.some((parameter) => namesOf(parameter, parameters).length === 0)) {
    return [{ key, problem: `must be a list, as not every parameter has a name; ${inWords(parameters)}` }];
  }
  return [...namedFindings(key, parameters, given, surroundings), ...surplus(key, parameters, given)];
}

/**
 * What is wrong with one value.
 *
 * @param key where it is. @example "contracts.chains.chain138.contracts.MultiSig.args.owners"
 */
export function valueFindings(
  key: string,
  parameter: AbiParameter,
  value: unknown,
  surroundings: ReferenceContext,
): Finding[] {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array === null) {
    const problem = scalarProblem(parameter, value, surroundings);
    return problem === undefined ? [] : [{ key, problem: `is ${show(value)}; ${problem}` }];
  }
  const [, inner = "", size = ""] = array;
  if (!Array.isArray(value)) {
    return [{ key, problem: `is ${show(value)}; must be a list (${declaration(parameter)})` }];
  }
  return [
    ...(size !== "" && value.length !== Number(size)
      ? [{ key, problem: `has ${value.length} entries; must have ${size} (${declaration(parameter)})` }]
      : []),
    ...entriesAt(key, value).flatMap(([at, one]) =>
      valueFindings(at, { ...parameter, name: "", type: inner }, one, surroundings),
    ),
  ];
}

function namedFindings(
  key: string,
  parameters: readonly AbiParameter[],
  given: Readonly<Record<string, unknown>>,
  surroundings: ReferenceContext,
): Finding[] {
  // One that is there under a wrong name is not missing too.
  const meant = surplusNames(parameters, given).map((name) =>
    meantWord(name, missingNames(parameters, given)),
  );
  return parameters.flatMap((parameter) => {
    const names = namesOf(parameter, parameters);
    const [first = ""] = names;
    const [name, another] = names.filter((one) => Object.hasOwn(given, one));
    if (name === undefined) {
      return meant.includes(first)
        ? []
        : [{ key: `${key}.${first}`, problem: `is missing (${declaration(parameter)})` }];
    }
    return another === undefined
      ? valueFindings(`${key}.${name}`, parameter, given[name], surroundings)
      : [{ key: `${key}.${another}`, problem: `and ${name} are the same parameter; leave one out` }];
  });
}

function surplus(
  key: string,
  parameters: readonly AbiParameter[],
  given: Readonly<Record<string, unknown>>,
): Finding[] {
  const missing = missingNames(parameters, given);
  return surplusNames(parameters, given).map((name) => {
    const meant = meantWord(name, missing);
    return {
      key: `${key}.${name}`,
      problem: `is no parameter; ${meant === undefined ? inWords(parameters) : `did you mean "${meant}"?`}`,
    };
  });
}

/** Names in the arguments that no parameter has. */
function surplusNames(
  parameters: readonly AbiParameter[],
  given: Readonly<Record<string, unknown>>,
): string[] {
  const known = parameters.flatMap((parameter) => namesOf(parameter, parameters));
  return Object.keys(given).filter((name) => !known.includes(name));
}

/** The shortest name of each parameter that the arguments lack. */
function missingNames(
  parameters: readonly AbiParameter[],
  given: Readonly<Record<string, unknown>>,
): string[] {
  return parameters
    .map((parameter) => namesOf(parameter, parameters))
    .filter((names) => !names.some((name) => Object.hasOwn(given, name)))
    .flatMap(([first]) => first ?? []);
}

/** What is wrong with a value that is no list. */
function scalarProblem(
  parameter: AbiParameter,
  value: unknown,
  surroundings: ReferenceContext,
): string | undefined {
  const wanted = scalarWanted(
    parameter.type,
    resolved(value, surroundings, withStandIns(value, surroundings, new Map())),
  );
  if (wanted === undefined) {
    return undefined;
  }
  const meant = meantReference(value);
  return `${wanted} (${declaration(parameter)})${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

/** What a value must be that it is not. */
function scalarWanted(type: string, value: unknown): string | undefined {
  const whole = /^(u?)int(\d*)$/.exec(type);
  if (whole !== null) {
    return wholeWanted(value, whole[1] === "u", Number(whole[2] || 256));
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
      return "must be of a type that config can hold; this one is not";
  }
}

function wholeWanted(value: unknown, unsigned: boolean, bits: number): string | undefined {
  const isNumber = typeof value === "number" && Number.isInteger(value);
  if (isNumber && !Number.isSafeInteger(value)) {
    return "must be in quotes: beyond 2^53 a number without them loses digits";
  }
  const power = unsigned ? bits : bits - 1;
  const top = 1n << BigInt(power);
  const bottom = unsigned ? 0n : -top;
  const isWhole = isNumber || (typeof value === "string" && /^-?\d+$/.test(value));
  const isInRange = isWhole && BigInt(value) < top && BigInt(value) >= bottom;
  return isInRange
    ? undefined
    : `must be a whole number from ${unsigned ? "0" : `-2^${power}`} to 2^${power} - 1`;
}

function isHex(value: unknown, length: number | undefined): boolean {
  return (
    typeof value === "string" &&
    /^0x([0-9a-fA-F]{2})*$/.test(value) &&
    (length === undefined || value.length === 2 + 2 * length)
  );
}

/** @example "there are 2: owner (address), router (address)" */
function inWords(parameters: readonly AbiParameter[]): string {
  const each = parameters.map((parameter) => {
    const [name] = namesOf(parameter, parameters);
    return name === undefined ? parameter.type : `${name} (${parameter.type})`;
  });
  return each.length === 0
    ? "there are none"
    : `there ${each.length === 1 ? "is" : "are"} ${each.length}: ${each.join(", ")}`;
}

/** A parameter as Solidity declares it. @example "uint256 step_" */
function declaration({ type, name = "" }: AbiParameter): string {
  return name === "" ? type : `${type} ${name}`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}
