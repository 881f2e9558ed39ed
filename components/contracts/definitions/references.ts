import { type Address, type Hex, keccak256, stringToHex } from "viem";
import type { Arguments } from "./parameters";

/** A contract of any chain: `<chain>/<name>`. */
export type ContractKey = `${string}/${string}`;

/** A value in the arguments that stands for a value which the config cannot know. */
export type Reference =
  /** The address of a contract, on the same chain unless another chain is named. */
  | { readonly contract: string; readonly chain?: string }
  /** The address that sends this chain's transactions. */
  | { readonly account: "sender" }
  /** The hash of a text, as the identifiers of roles are made. @example `{ keccak256: "TRANSMITTER" }` */
  | { readonly keccak256: string };

/** The known addresses of contracts. */
export type Addresses = ReadonlyMap<ContractKey, Address>;

/** Where a reference is written, which decides what the reference stands for. */
export interface ReferenceContext {
  /** The chain of the contract or call whose argument the reference is. */
  readonly chain: string;
  readonly sender: Address;
}

/** The key of a chain's contract. */
export function keyOf(chain: string, name: string): ContractKey {
  return `${chain}/${name}`;
}

/** The contract's name on a chain. Undefined if the key is of another chain. */
export function nameOn(chain: string, key: ContractKey): string | undefined {
  return key.startsWith(`${chain}/`) ? key.slice(chain.length + 1) : undefined;
}

/** The contracts that a value refers to, each once. */
export function contractsIn(value: unknown, context: Pick<ReferenceContext, "chain">): ContractKey[] {
  if (isReference(value)) {
    return "contract" in value ? [keyOf(value.chain ?? context.chain, value.contract)] : [];
  }
  return typeof value === "object" && value !== null
    ? [...new Set(Object.values(value).flatMap((inner) => contractsIn(inner, context)))]
    : [];
}

/**
 * The value with an address or a hash in place of each reference.
 *
 * @param addresses of at least the contracts that the value refers to.
 */
export function resolved(value: unknown, context: ReferenceContext, addresses: Addresses): unknown {
  if (isReference(value)) {
    return referencedValue(value, context, addresses);
  }
  if (Array.isArray(value)) {
    return value.map((inner) => resolved(inner, context, addresses));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, resolved(inner, context, addresses)]),
      )
    : value;
}

/**
 * Arguments with an address or a hash in place of each reference. Arguments as a whole are never a reference, although
 * a parameter may be called `account`.
 *
 * @param addresses of at least the contracts that the arguments refer to.
 */
export function resolvedArguments(
  args: Arguments,
  context: ReferenceContext,
  addresses: Addresses,
): Arguments {
  return Array.isArray(args)
    ? args.map((value) => resolved(value, context, addresses))
    : Object.fromEntries(
        Object.entries(args).map(([name, value]) => [name, resolved(value, context, addresses)]),
      );
}

/** Stands for an address that is not known yet, so that everything else can be checked. */
export const PLACEHOLDER_ADDRESS: Address = "0x0000000000000000000000000000000000000001";

/** The contracts' addresses: the known address, or else the placeholder. */
export function withPlaceholders(keys: readonly ContractKey[], addresses: Addresses): Addresses {
  return new Map(keys.map((key) => [key, addresses.get(key) ?? PLACEHOLDER_ADDRESS]));
}

function referencedValue(
  reference: Reference,
  { chain, sender }: ReferenceContext,
  addresses: Addresses,
): Address | Hex | undefined {
  if ("contract" in reference) {
    return addresses.get(keyOf(reference.chain ?? chain, reference.contract));
  }
  return "account" in reference ? sender : keccak256(stringToHex(reference.keccak256));
}

/** Whether a value is a reference. */
export function isReference(value: unknown): value is Reference {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const { contract, chain, account, keccak256: text, ...otherKeys } = value as Record<string, unknown>;
  if (Object.keys(otherKeys).length > 0) {
    return false;
  }
  const isContract = typeof contract === "string" && (chain === undefined || typeof chain === "string");
  const matchingForms = [isContract, account === "sender", typeof text === "string"].filter(Boolean).length;
  const givenForms = [contract, account, text].filter((form) => form !== undefined).length;
  return matchingForms === 1 && givenForms === 1 && (chain === undefined || isContract);
}
