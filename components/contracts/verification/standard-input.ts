import { type Hex, keccak256, stringToHex } from "viem";
import { ChainfleetError } from "../../error";
import type { Metadata } from "../build/artifact";

/** The Solidity compiler's input, as explorers accept it: https://docs.soliditylang.org/en/latest/using-the-compiler.html#input-description */
export interface StandardInput {
  readonly language: string;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The compiler input for one contract, with only the sources that the contract needs.
 *
 * @param read returns a source; the path is relative to the project's root.
 * @throws ChainfleetError if a source has changed since it was compiled.
 */
export function standardInput(metadata: Metadata, read: (path: string) => string): StandardInput {
  const { compilationTarget: _, ...settings } = metadata.settings;
  const sources = Object.entries(metadata.sources).map(([path, { keccak256: hash }]) => {
    const content = read(path);
    requireHash(path, content, hash);
    return [path, { content }] as const;
  });
  return {
    language: metadata.language,
    sources: Object.fromEntries(sources),
    settings: {
      ...settings,
      libraries: {},
      outputSelection: { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"] } },
    },
  };
}

/** Source path and name of the compiled contract. @example "contracts/src/MultiSig.sol:MultiSig" */
export function qualifiedName({ settings }: Metadata): string {
  const [[path, name] = ["", ""]] = Object.entries(settings.compilationTarget);
  return `${path}:${name}`;
}

function requireHash(path: string, content: string, hash: Hex): void {
  if (keccak256(stringToHex(content)) !== hash) {
    throw new ChainfleetError({
      code: "SOURCE_CHANGED",
      summary: `${path} has changed since it was compiled.`,
      next: "Start the run again: the new run builds and plans with the present sources.",
    });
  }
}
