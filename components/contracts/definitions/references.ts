import { type Address, type Hex, keccak256, stringToHex } from "viem";
import type { Arguments } from "./parameters";

/** A contract of any chain: `<chain>/<name>`. */
export type ContractKey = `${string}/${string}`;

/** What stands for a value that config cannot know. */
export type Reference =
  /** The address of a contract, on the same chain unless one is named. */
  | { readonly contract: string; readonly chain?: string }
  /** The address that sends this chain's transactions. */
  | { readonly account: "sender" }
  /** The hash of a text, as roles are named. @example `{ keccak256: "TRANSMITTER" }` */
  | { readonly keccak256: string };

/** Addresses of contracts by key; as far as they are known. */
export type Addresses = ReadonlyMap<ContractKey, Address>;

/** Where references are read. */
export interface ReferenceContext {
  /** The chain that the value belongs to. */
  readonly chain: string;
  readonly sender: Address;
}

export function keyOf(chain: string, name: string): ContractKey {
  return `${chain}/${name}`;
}

/** The contract's name if it is on the chain. */
export function nameOn(chain: string, key: ContractKey): string | undefined {
  return key.startsWith(`${chain}/`) ? key.slice(chain.length + 1) : undefined;
}

/** The contracts that a value names, each once. */
export function contractsIn(value: unknown, { chain }: ReferenceContext): ContractKey[] {
  if (isReference(value)) {
    return "contract" in value ? [keyOf(value.chain ?? chain, value.contract)] : [];
  }
  return typeof value === "object" && value !== null
    ? [...new Set(Object.values(value).flatMap((inner) => contractsIn(inner, { chain, sender: "0x" })))]
    : [];
}

/**
 * The value with an address or hash in place of each reference.
 *
 * @param addresses has every contract that the value names.
 */
export function resolved(value: unknown, surroundings: ReferenceContext, addresses: Addresses): unknown {
  if (isReference(value)) {
    return target(value, surroundings, addresses);
  }
  if (Array.isArray(value)) {
    return value.map((inner) => resolved(inner, surroundings, addresses));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, resolved(inner, surroundings, addresses)]),
      )
    : value;
}

/**
 * Arguments with an address or hash in place of each reference. As a whole they are none, though a parameter may be
 * called `account`.
 *
 * @param addresses has every contract that the arguments name.
 */
export function resolvedArguments(
  args: Arguments,
  surroundings: ReferenceContext,
  addresses: Addresses,
): Arguments {
  return Array.isArray(args)
    ? args.map((value) => resolved(value, surroundings, addresses))
    : Object.fromEntries(
        Object.entries(args).map(([name, value]) => [name, resolved(value, surroundings, addresses)]),
      );
}

/** Stands for an address that is not known yet, so that everything else can be checked. */
export const STAND_IN: Address = "0x0000000000000000000000000000000000000001";

/** Addresses for every contract that a value names, stand-ins where they are not known. */
export function withStandIns(value: unknown, surroundings: ReferenceContext, known: Addresses): Addresses {
  return new Map(contractsIn(value, surroundings).map((key) => [key, known.get(key) ?? STAND_IN]));
}

function target(
  reference: Reference,
  { chain, sender }: ReferenceContext,
  addresses: Addresses,
): Address | Hex | undefined {
  if ("contract" in reference) {
    return addresses.get(keyOf(reference.chain ?? chain, reference.contract));
  }
  return "account" in reference ? sender : keccak256(stringToHex(reference.keccak256));
}

/** Whether a value stands for another. */
export function isReference(value: unknown): value is Reference {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const { contract, chain, account, keccak256: text, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0) {
    return false;
  }
  const isContract = typeof contract === "string" && (chain === undefined || typeof chain === "string");
  const kinds = [isContract, account === "sender", typeof text === "string"].filter(Boolean).length;
  const given = [contract, account, text].filter((one) => one !== undefined).length;
  return kinds === 1 && given === 1 && (chain === undefined || isContract);
}
