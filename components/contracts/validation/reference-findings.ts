import { entriesAt, type Finding } from "../../finding";
import { closestWord, suggestion } from "../../suggestion";
import { isReference } from "../definitions/references";

/** The names of every chain's contracts, by the chain's name. */
export type ContractNames = ReadonlyMap<string, readonly string[]>;

/**
 * References to contracts and chains that the config does not have.
 *
 * @param key where the value is written.
 * @param chain the chain of the contract or call that the value belongs to.
 */
export function referenceFindings(
  key: string,
  value: unknown,
  chain: string,
  contracts: ContractNames,
): Finding[] {
  if (!isReference(value)) {
    return typeof value === "object" && value !== null
      ? entriesAt(key, value).flatMap(([innerKey, inner]) =>
          referenceFindings(innerKey, inner, chain, contracts),
        )
      : [];
  }
  if (!("contract" in value)) {
    return [];
  }
  const referencedChain = value.chain ?? chain;
  const names = contracts.get(referencedChain);
  if (names === undefined) {
    return [
      {
        key,
        problem: `names the chain ${referencedChain}, which is not in the config${suggestion(referencedChain, [...contracts.keys()])}`,
      },
    ];
  }
  return names.includes(value.contract)
    ? []
    : [
        {
          key,
          problem: `names ${value.contract}, which is no contract of ${referencedChain}${suggestion(value.contract, names)}`,
        },
      ];
}

/**
 * The reference that a misspelled value was probably meant to be, as one writes it in a config. Undefined if the value
 * resembles no reference.
 *
 * @example `{"contrct":"WETH9"}` → "{ contract: WETH9 }"
 */
export function intendedReference(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isReference(value)) {
    return undefined;
  }
  const corrected = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const key = closestWord(name, ["contract", "chain", "account", "keccak256"]) ?? name;
      const isSender = key === "account" && closestWord(String(inner), ["sender"]) !== undefined;
      return [key, isSender ? "sender" : inner];
    }),
  );
  return isReference(corrected)
    ? `{ ${Object.entries(corrected)
        .map(([name, inner]) => `${name}: ${inner}`)
        .join(", ")} }`
    : undefined;
}
