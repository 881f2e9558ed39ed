import { type Hex, keccak256, stringToHex } from "viem";
import { ChainfleetError } from "../../error";
import type { Metadata } from "../build/artifact";

/** The compiler's input, as explorers take it: https://docs.soliditylang.org/en/latest/using-the-compiler.html#input-description */
export interface StandardInput {
  readonly language: string;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The input that compiles to a contract, with the sources that it needs and no others.
 *
 * @param read gives a source by its path from the project's root.
 * @throws ChainfleetError when a source is not the one that was compiled.
 */
export function standardInput(metadata: Metadata, read: (path: string) => string): StandardInput {
  const { compilationTarget: _, ...settings } = metadata.settings;
  const sources = Object.entries(metadata.sources).map(([path, { keccak256: hash }]) => {
    const content = read(path);
    expectHash(path, content, hash);
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

/** Path and name of the compiled contract. @example "contracts/src/MultiSig.sol:MultiSig" */
export function qualifiedName({ settings }: Metadata): string {
  const [[path, name] = ["", ""]] = Object.entries(settings.compilationTarget);
  return `${path}:${name}`;
}

function expectHash(path: string, content: string, hash: Hex): void {
  if (keccak256(stringToHex(content)) !== hash) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${path} is not the source that was compiled any more.`,
      next: "Start the run again: it builds and plans with the sources as they are.",
    });
  }
}
