import { entriesAt, type Finding } from "../../finding";
import { meantWord, suggestion } from "../../suggestion";
import { isReference } from "../definitions/references";

/** The names of every chain's contracts, by the chain's name. */
export type ContractNames = ReadonlyMap<string, readonly string[]>;

/**
 * The contracts that a value names though the config does not have them.
 *
 * @param key where the value is.
 * @param chain the chain that it belongs to.
 */
export function referenceFindings(
  key: string,
  value: unknown,
  chain: string,
  contracts: ContractNames,
): Finding[] {
  if (!isReference(value)) {
    return typeof value === "object" && value !== null
      ? entriesAt(key, value).flatMap(([at, inner]) => referenceFindings(at, inner, chain, contracts))
      : [];
  }
  if (!("contract" in value)) {
    return [];
  }
  const on = value.chain ?? chain;
  const names = contracts.get(on);
  if (names === undefined) {
    return [
      {
        key,
        problem: `names the chain ${on}, which is not in the config${suggestion(on, [...contracts.keys()])}`,
      },
    ];
  }
  return names.includes(value.contract)
    ? []
    : [
        {
          key,
          problem: `names ${value.contract}, which is no contract of ${on}${suggestion(value.contract, names)}`,
        },
      ];
}

/**
 * The reference that a value which is none was probably meant to be, as one would write it; undefined if none is near.
 *
 * @example `{"contrct":"WETH9"}` → "{ contract: WETH9 }"
 */
export function meantReference(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isReference(value)) {
    return undefined;
  }
  const meant = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const key = meantWord(name, ["contract", "chain", "account", "keccak256"]) ?? name;
      const isSender = key === "account" && meantWord(String(inner), ["sender"]) !== undefined;
      return [key, isSender ? "sender" : inner];
    }),
  );
  return isReference(meant)
    ? `{ ${Object.entries(meant)
        .map(([name, inner]) => `${name}: ${inner}`)
        .join(", ")} }`
    : undefined;
}
