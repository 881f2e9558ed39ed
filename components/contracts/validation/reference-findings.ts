import { entriesAt, type Finding } from "../../finding";
import { closestWord, suggestion } from "../../suggestion";
import type { Arguments } from "../definitions/parameters";
import { isEncodedCall, isReference, type ReferenceContext } from "../definitions/references";

/** The names of every chain's contracts, by the chain's name. */
export type ContractNames = ReadonlyMap<string, readonly string[]>;

/** What references may name. */
export interface CheckedContext extends ReferenceContext {
  readonly contractNames: ContractNames;
}

/**
 * What is wrong with a reference: the config has no contract or chain of the name. Undefined for any other value.
 */
export function referenceProblem(
  value: unknown,
  { chain, contractNames }: CheckedContext,
): string | undefined {
  if (!isReference(value) || !("contract" in value)) {
    return undefined;
  }
  const referencedChain = value.chain ?? chain;
  const names = contractNames.get(referencedChain);
  if (names === undefined) {
    return `names the chain ${referencedChain}, which is not in the config${suggestion(referencedChain, [...contractNames.keys()])}`;
  }
  return names.includes(value.contract)
    ? undefined
    : `names ${value.contract}, which is no contract of ${referencedChain}${suggestion(value.contract, names)}`;
}

/**
 * References to what the config does not have, in a value whose type is not known because its contract or function is not.
 *
 * @param key where the value is written.
 */
export function untypedReferenceFindings(key: string, value: unknown, context: CheckedContext): Finding[] {
  const problem = referenceProblem(value, context);
  if (problem !== undefined) {
    return [{ key, problem }];
  }
  return typeof value === "object" && value !== null && !isReference(value)
    ? entriesAt(key, value).flatMap(([innerKey, inner]) => untypedReferenceFindings(innerKey, inner, context))
    : [];
}

/** The same in all of the arguments, which as a whole are never a reference. */
export function untypedArgumentFindings(key: string, args: Arguments, context: CheckedContext): Finding[] {
  return entriesAt(key, args).flatMap(([innerKey, value]) =>
    untypedReferenceFindings(innerKey, value, context),
  );
}

/**
 * The reference that a misspelled value was probably meant to be, as one writes it in a config. Undefined if the value
 * resembles no reference.
 *
 * @example `{"contrct":"WETH9"}` → "{ contract: WETH9 }"
 */
export function intendedReference(value: unknown): string | undefined {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    isReference(value) ||
    isEncodedCall(value)
  ) {
    return undefined;
  }
  const corrected = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const key =
        closestWord(name, ["contract", "chain", "account", "keccak256", "call", "of", "args"]) ?? name;
      const isSender = key === "account" && closestWord(String(inner), ["sender"]) !== undefined;
      return [key, isSender ? "sender" : inner];
    }),
  );
  return isReference(corrected) || isEncodedCall(corrected)
    ? `{ ${Object.entries(corrected)
        .map(([name, inner]) => `${name}: ${typeof inner === "object" ? "…" : inner}`)
        .join(", ")} }`
    : undefined;
}
