import { type AbiParameter, isAddress } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { closestWord, suggestion } from "../../suggestion";
import { checksumProblem } from "../definitions/checksum";
import {
  type Arguments,
  arrayOf,
  componentsOf,
  findFunction,
  isList,
  namesOf,
} from "../definitions/parameters";
import {
  type EncodedCall,
  isEncodedCall,
  isReference,
  PLACEHOLDER_ADDRESS,
  referencedValue,
} from "../definitions/references";
import { type CheckedContext, intendedReference, referenceProblem } from "./reference-findings";

type NamedArguments = Readonly<Record<string, unknown>>;

/**
 * What is wrong with arguments: missing, surplus, of the wrong type, and references to what does not exist, all at once.
 *
 * @param key where the arguments are written. @example "contracts.chains.chain138.contracts.OracleAggregator.args"
 */
export function argumentFindings(
  key: string,
  parameters: readonly AbiParameter[],
  args: Arguments,
  context: CheckedContext,
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
  context: CheckedContext,
): Finding[] {
  const array = arrayOf(parameter);
  if (array !== undefined) {
    return arrayFindings(key, parameter, array, value, context);
  }
  const components = componentsOf(parameter);
  if (components !== undefined) {
    return typeof value === "object" && value !== null
      ? argumentFindings(key, components, value as Arguments, context)
      : [
          {
            key,
            problem: `is ${show(value)}; must be a struct, by name or as a list (${structDeclaration(parameter, components)})`,
          },
        ];
  }
  if (parameter.type === "bytes" && isEncodedCall(value)) {
    return encodedCallFindings(key, value, context);
  }
  const unknown = referenceProblem(value, context);
  if (unknown !== undefined) {
    return [{ key, problem: unknown }];
  }
  const problem = scalarProblem(parameter, value, context);
  return problem === undefined ? [] : [{ key, problem: `is ${show(value)}; ${problem}` }];
}

function arrayFindings(
  key: string,
  parameter: AbiParameter,
  { element, length }: { readonly element: AbiParameter; readonly length: number | undefined },
  value: unknown,
  context: CheckedContext,
): Finding[] {
  if (!Array.isArray(value)) {
    return [{ key, problem: `is ${show(value)}; must be a list (${declaration(parameter)})` }];
  }
  return [
    ...(length !== undefined && value.length !== length
      ? [{ key, problem: `has ${value.length} entries; must have ${length} (${declaration(parameter)})` }]
      : []),
    ...entriesAt(key, value).flatMap(([elementKey, inner]) =>
      valueFindings(elementKey, element, inner, context),
    ),
  ];
}

/** The called function is checked like that of a call: the data would otherwise be refused only by the chain. */
function encodedCallFindings(
  key: string,
  { call, of, args }: EncodedCall,
  context: CheckedContext,
): Finding[] {
  const abi = context.interfaceNamed(of);
  if (abi === undefined) {
    return [
      {
        key: `${key}.of`,
        problem: `is "${of}", which is no contract of ${context.chain} or of contracts/src${suggestion(of, context.interfaceNames)}`,
      },
    ];
  }
  const found = findFunction(abi, call);
  return found.kind === "problem"
    ? [{ key: `${key}.call`, problem: found.problem }]
    : argumentFindings(args === undefined ? key : `${key}.args`, found.entry.inputs, args ?? [], context);
}

/** Findings about parameters: without an argument, with two arguments, or with a wrong argument. */
function parameterFindings(
  key: string,
  parameters: readonly AbiParameter[],
  args: NamedArguments,
  context: CheckedContext,
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
function scalarProblem(parameter: AbiParameter, value: unknown, context: CheckedContext): string | undefined {
  const resolvedValue = isReference(value)
    ? referencedValue(value, context, () => PLACEHOLDER_ADDRESS)
    : value;
  const requirement = unmetRequirement(parameter.type, resolvedValue);
  if (requirement === undefined) {
    return undefined;
  }
  const intended = intendedReference(value);
  // YAML reads 0x00…00 without quotes as the number zero.
  const quotes =
    typeof value === "number" && /^(address|bytes\d*|string)$/.test(parameter.type)
      ? ": write it in quotes, because YAML reads it as a number without them"
      : "";
  return `${requirement}${quotes} (${declaration(parameter)})${intended === undefined ? "" : `; did you mean ${intended}?`}`;
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
      : `must be 0x and ${length === undefined ? "an even number of" : 2 * length} hex digits${BYTES_REFERENCES[type] ?? ""}`;
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

/** The references that stand for bytes, by type. */
const BYTES_REFERENCES: Readonly<Record<string, string>> = {
  bytes32: ", or { keccak256: <text> }",
  bytes: ", or { call: <function>, of: <contract>, args: … }",
};

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

/** @example "(uint64 selector, bool enabled) lane_" */
function structDeclaration(parameter: AbiParameter, components: readonly AbiParameter[]): string {
  return declaration({ ...parameter, type: `(${components.map(declaration).join(", ")})` });
}

/** A parameter as Solidity declares it. @example "uint256 step_" */
function declaration({ type, name = "" }: AbiParameter): string {
  return name === "" ? type : `${type} ${name}`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}
