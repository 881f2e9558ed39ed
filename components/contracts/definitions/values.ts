import {
  type AbiFunction,
  type AbiParameter,
  type Address,
  concat,
  encodeAbiParameters,
  getAddress,
  type Hex,
  toFunctionSelector,
  toFunctionSignature,
} from "viem";
import { type Arguments, arrayOf, componentsOf, findFunction, inParameterOrder, namesOf } from "./parameters";
import {
  type Addresses,
  type ContractKey,
  isEncodedCall,
  isReference,
  PLACEHOLDER_ADDRESS,
  type ReferenceContext,
  referencedValue,
} from "./references";

/**
 * A value of a config as its parameter's type reads it, with an address, a hash or data in place of each reference. The type
 * decides what a value is: `{ contract: WETH9 }` is a reference for an address, and a struct for a struct that has a field
 * `contract`.
 */
export type Value =
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "struct"; readonly fields: readonly NamedValue[] }
  | { readonly kind: "call"; readonly called: AbiFunction; readonly args: readonly NamedValue[] }
  | { readonly kind: "plain"; readonly type: string; readonly value: unknown };

/** The value of a parameter or field. The name is undefined if the parameter has none. */
export interface NamedValue {
  readonly name: string | undefined;
  readonly parameter: AbiParameter;
  readonly value: Value;
}

/** Looks an address up. */
type AddressOf = (key: ContractKey) => Address | undefined;

/**
 * Arguments as their parameters' types read them. Arguments as a whole are never a reference, although a parameter may be
 * called `account`. Arguments of a wrong shape are plain values, which have findings.
 *
 * @param addressOf knows at least the contracts that the arguments refer to.
 */
export function valuesOf(
  parameters: readonly AbiParameter[],
  args: Arguments,
  context: ReferenceContext,
  addressOf: AddressOf,
): NamedValue[] {
  return inParameterOrder(parameters, args).map(([parameter, value]) => ({
    name: namesOf(parameter, parameters)[0],
    parameter,
    value: typedValue(parameter, value, context, addressOf),
  }));
}

/** One value as its parameter's type reads it; as `valuesOf`. */
function typedValue(
  parameter: AbiParameter,
  value: unknown,
  context: ReferenceContext,
  addressOf: AddressOf,
): Value {
  const array = arrayOf(parameter);
  if (array !== undefined && Array.isArray(value)) {
    return {
      kind: "list",
      items: value.map((element) => typedValue(array.element, element, context, addressOf)),
    };
  }
  const components = componentsOf(parameter);
  if (components !== undefined && typeof value === "object" && value !== null) {
    return { kind: "struct", fields: valuesOf(components, value as Arguments, context, addressOf) };
  }
  if (parameter.type === "bytes" && isEncodedCall(value)) {
    const found = findFunction(context.interfaceNamed(value.of) ?? [], value.call);
    return found.kind === "problem"
      ? { kind: "plain", type: parameter.type, value }
      : {
          kind: "call",
          called: found.entry,
          args: valuesOf(found.entry.inputs, value.args ?? [], context, addressOf),
        };
  }
  return {
    kind: "plain",
    type: parameter.type,
    value:
      array === undefined && components === undefined && isReference(value)
        ? referencedValue(value, context, addressOf)
        : value,
  };
}

/** The contracts of any chain to which arguments refer, each once. */
export function contractsIn(
  parameters: readonly AbiParameter[],
  args: Arguments,
  context: ReferenceContext,
): ContractKey[] {
  const keys = new Set<ContractKey>();
  valuesOf(parameters, args, context, (key) => {
    keys.add(key);
    return PLACEHOLDER_ADDRESS;
  });
  return [...keys];
}

/** The data of a call of a function. */
export function callData(called: AbiFunction, args: readonly NamedValue[]): Hex {
  return concat([toFunctionSelector(toFunctionSignature(called)), encodeValues(args)]);
}

/** ABI-encodes values that have no findings. */
export function encodeValues(values: readonly NamedValue[]): Hex {
  return encodeAbiParameters(
    values.map(({ parameter }) => parameter),
    values.map(({ value }) => abiValueOf(value)),
  );
}

/** Values in words. @example "owner: 0x…, step: 7" */
export function describeValues(values: readonly NamedValue[]): string {
  return values
    .map(({ name, value }) => (name === undefined ? describe(value) : `${name}: ${describe(value)}`))
    .join(", ");
}

/** Transferred wei at the end of a description. @example " with 1000 wei" */
export function describeWei(value: bigint): string {
  return value === 0n ? "" : ` with ${value} wei`;
}

/** Known addresses as `valuesOf` looks them up. */
export function lookUpIn(addresses: Addresses): AddressOf {
  return (key) => addresses.get(key);
}

/** The value as viem's encoder takes it. A struct is a list in the order of its fields, some of which may have no name. */
function abiValueOf(value: Value): unknown {
  switch (value.kind) {
    case "list":
      return value.items.map(abiValueOf);
    case "struct":
      return value.fields.map((field) => abiValueOf(field.value));
    case "call":
      return callData(value.called, value.args);
    case "plain":
      return plainAbiValue(value.type, value.value);
  }
}

function plainAbiValue(type: string, value: unknown): unknown {
  if (type === "address") {
    // The encoder does not accept an address in capitals.
    return getAddress(value as string);
  }
  return /^u?int/.test(type) ? BigInt(value as number | string) : value;
}

function describe(value: Value): string {
  switch (value.kind) {
    case "list":
      return `[${value.items.map(describe).join(", ")}]`;
    case "struct":
      return `{${describeValues(value.fields)}}`;
    case "call":
      return `${value.called.name}(${describeValues(value.args)})`;
    case "plain":
      return String(value.value);
  }
}
