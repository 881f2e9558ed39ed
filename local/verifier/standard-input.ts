import type { SolidityJsonInput } from "@ethereum-sourcify/lib-sourcify";

/** A source file's path and the name of a contract in the file. */
export interface ContractName {
  readonly path: string;
  readonly name: string;
}

/** Parses `path:Name`; the path itself may contain colons. */
export function parseContractName(text: string): ContractName | undefined {
  const colon = text.lastIndexOf(":");
  const [path, name] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon > 0 && name !== "" ? { path, name } : undefined;
}

/** Parses `path:Name` as {@link parseContractName} does, or finds the file that defines a bare `Name`. */
export function findContract(text: string, { sources }: SolidityJsonInput): ContractName | undefined {
  const definition = /^\w+$/.test(text)
    ? new RegExp(`^\\s*(contract|library)\\s+${text}\\b`, "m")
    : undefined;
  const path = definition && Object.keys(sources).find((path) => definition.test(contentOf(sources[path])));
  return path === undefined ? parseContractName(text) : { path, name: text };
}

/** Parses solc's standard JSON input with literal sources; undefined if the value is no such input. */
export function parseInput(input: unknown): SolidityJsonInput | undefined {
  if (!isRecord(input) || input["language"] !== "Solidity" || !isRecord(input["sources"])) {
    return undefined;
  }
  const settings = input["settings"] ?? {};
  const sources = Object.values(input["sources"]);
  return isRecord(settings) && sources.length > 0 && sources.every((source) => contentOf(source) !== "")
    ? ({ ...input, settings } as unknown as SolidityJsonInput)
    : undefined;
}

/** Parses the JSON text of an input as {@link parseInput} does. */
export function parseInputText(text: string): SolidityJsonInput | undefined {
  try {
    return parseInput(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function contentOf(source: unknown): string {
  return isRecord(source) && typeof source["content"] === "string" ? source["content"] : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
