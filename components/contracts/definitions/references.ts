import { type Abi, type Address, type Hex, keccak256, stringToHex } from "viem";
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

/**
 * A value of the type `bytes` that is the data of a call, with the arguments by name or as a list. Such data is what the
 * constructor of a proxy hands to the initializer of its implementation.
 *
 * @example `{ call: "initialize", of: "Token", args: { owner: { account: "sender" } } }`
 */
export interface EncodedCall {
  /** Name or signature of the function. */
  readonly call: string;
  /** Whose function it is: the name of a contract of the chain, or of a contract or interface in contracts/src. */
  readonly of: string;
  readonly args?: Arguments;
}

/** The known addresses of contracts. */
export type Addresses = ReadonlyMap<ContractKey, Address>;

/** Where a reference is written, which decides what the reference stands for. */
export interface ReferenceContext {
  /** The chain of the contract or call whose argument the reference is. */
  readonly chain: string;
  readonly sender: Address;
  /** The functions of a contract of the chain, or of a contract or interface in contracts/src. */
  readonly interfaceNamed: (name: string) => Abi | undefined;
  /** The names that `interfaceNamed` knows, for suggestions. */
  readonly interfaceNames: readonly string[];
}

/** The key of a chain's contract. */
export function keyOf(chain: string, name: string): ContractKey {
  return `${chain}/${name}`;
}

/** The contract's name on a chain. Undefined if the key is of another chain. */
export function nameOn(chain: string, key: ContractKey): string | undefined {
  return key.startsWith(`${chain}/`) ? key.slice(chain.length + 1) : undefined;
}

/** Stands for an address that is not known yet, so that everything else can be checked. */
export const PLACEHOLDER_ADDRESS: Address = "0x0000000000000000000000000000000000000001";

/** The contracts' addresses: the known address, or else the placeholder. */
export function withPlaceholders(keys: readonly ContractKey[], addresses: Addresses): Addresses {
  return new Map(keys.map((key) => [key, addresses.get(key) ?? PLACEHOLDER_ADDRESS]));
}

/** The address or hash that a reference stands for. */
export function referencedValue(
  reference: Reference,
  { chain, sender }: Pick<ReferenceContext, "chain" | "sender">,
  addressOf: (key: ContractKey) => Address | undefined,
): Address | Hex | undefined {
  if ("contract" in reference) {
    return addressOf(keyOf(reference.chain ?? chain, reference.contract));
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

/** Whether a value is the data of a call, written as the call. */
export function isEncodedCall(value: unknown): value is EncodedCall {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const { call, of, args, ...otherKeys } = value as Record<string, unknown>;
  return (
    Object.keys(otherKeys).length === 0 &&
    typeof call === "string" &&
    typeof of === "string" &&
    (args === undefined || (typeof args === "object" && args !== null))
  );
}
