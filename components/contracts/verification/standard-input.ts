import { type Address, type Hex, keccak256, stringToHex } from "viem";
import { ChainfleetError } from "../../error";
import type { LibraryAddresses, Metadata } from "../build/artifact";

/** The Solidity compiler's input, as explorers accept it: https://docs.soliditylang.org/en/latest/using-the-compiler.html#input-description */
export interface StandardInput {
  readonly language: string;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The compiler input for one contract, with only the sources that the contract needs.
 *
 * @param libraries the addresses of the libraries in the code that forge has not linked itself.
 * @param read returns a source; the path is relative to the project's root.
 * @throws ChainfleetError if a source has changed since it was compiled.
 */
export function standardInput(
  metadata: Metadata,
  libraries: LibraryAddresses,
  read: (path: string) => string,
): StandardInput {
  const { compilationTarget: _, ...settings } = metadata.settings;
  const sources = Object.entries(metadata.sources).map(([path, { keccak256: hash }]) => {
    const content = compiledText(read(path), hash);
    if (content === undefined) {
      throw sourceChanged(path);
    }
    return [path, { content }] as const;
  });
  return {
    language: metadata.language,
    sources: Object.fromEntries(sources),
    settings: {
      ...settings,
      libraries: bySource({ ...linkedByForge(metadata), ...libraries }),
      outputSelection: { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"] } },
    },
  };
}

/** The libraries of `libraries` in foundry.toml, which the metadata has by source and name, or by name alone. */
function linkedByForge({ settings }: Metadata): LibraryAddresses {
  return (settings["libraries"] ?? {}) as LibraryAddresses;
}

/** The addresses of libraries as the compiler takes them: by source, then by name. */
function bySource(libraries: LibraryAddresses): Readonly<Record<string, Readonly<Record<string, Address>>>> {
  const sources: Record<string, Record<string, Address>> = {};
  for (const [qualified, address] of Object.entries(libraries)) {
    const colon = qualified.lastIndexOf(":");
    const source = qualified.slice(0, Math.max(0, colon));
    sources[source] = { ...sources[source], [qualified.slice(colon + 1)]: address };
  }
  return sources;
}

/** Source path and name of the compiled contract. @example "contracts/src/MultiSig.sol:MultiSig" */
export function qualifiedName({ settings }: Metadata): string {
  const [[path, name] = ["", ""]] = Object.entries(settings.compilationTarget);
  return `${path}:${name}`;
}

/**
 * A source as the compiler got it; undefined if it has changed. forge hands sources to the compiler with line feeds alone,
 * so that a checkout with CRLF gives the same code (foundry-compilers, Source::read); other compilers take the file as it is.
 */
function compiledText(text: string, hash: Hex): string | undefined {
  return [text, text.replaceAll("\r\n", "\n")].find((content) => sourceHash(content) === hash);
}

/**
 * The hash of a source, as the compiler's metadata have it. Contracts share sources, and are verified on several chains: hashed
 * anew each time, those of the dev stack took a third of a second in which the plugin of dynamic providers answered nothing.
 */
function sourceHash(content: string): Hex {
  const known = hashes.get(content) ?? keccak256(stringToHex(content));
  hashes.set(content, known);
  return known;
}

const hashes = new Map<string, Hex>();

function sourceChanged(path: string): ChainfleetError {
  return new ChainfleetError({
    code: "SOURCE_CHANGED",
    summary: `${path} has changed since it was compiled.`,
    next: "Start the run again: the new run builds and plans with the present sources.",
  });
}
