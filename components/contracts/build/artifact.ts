import type { Abi, Address, Hex } from "viem";
import { ChainfleetError } from "../../error";

/** A compiled contract, as forge writes it into `<file>.sol/<name>.json`. */
export interface Artifact {
  readonly name: string;
  readonly abi: Abi;
  /**
   * Code that creates the contract, without arguments, with zeros in place of the addresses of libraries. `0x` for an
   * interface or an abstract contract.
   */
  readonly creationCode: Hex;
  /** Code that stays on the chain, with zeros in place of the immutables and of the addresses of libraries. */
  readonly runtimeCode: Hex;
  /** Where the immutables and the addresses of libraries are in the runtime code. */
  readonly immutables: readonly CodeRange[];
  /** The libraries that the code calls and that are deployed by themselves. */
  readonly libraries: readonly LinkedLibrary[];
  readonly metadata: Metadata;
}

/** A part of code, in bytes. */
export interface CodeRange {
  readonly start: number;
  readonly length: number;
}

/** A library whose address is in the creation code. */
export interface LinkedLibrary {
  readonly name: string;
  /** Path of the library's source from the project's root. */
  readonly source: string;
  /** Where the address is in the creation code. */
  readonly ranges: readonly CodeRange[];
}

/** The addresses of libraries by source and name. @example `{ "contracts/src/Sorting.sol:Sorting": "0x…" }` */
export type LibraryAddresses = Readonly<Record<string, Address>>;

/** By what a library is told apart from others, as forge and solc write it. */
export function qualifiedLibrary({ source, name }: LinkedLibrary): string {
  return `${source}:${name}`;
}

/**
 * The creation code with the addresses of its libraries.
 *
 * @param addresses of at least the libraries of the artifact.
 */
export function linkedCreationCode(
  { creationCode, libraries }: Pick<Artifact, "creationCode" | "libraries">,
  addresses: LibraryAddresses,
): Hex {
  return libraries.reduce<string>((code, library) => {
    const address = addresses[qualifiedLibrary(library)];
    if (address === undefined) {
      throw new Error(`the address of the library ${qualifiedLibrary(library)} is not known`);
    }
    return library.ranges.reduce((text, range) => withHex(text, range, address.slice(2).toLowerCase()), code);
  }, creationCode) as Hex;
}

/** Code with other hex digits in a range. */
function withHex(code: string, { start, length }: CodeRange, digits: string): string {
  const from = 2 + 2 * start;
  return `${code.slice(0, from)}${digits}${code.slice(from + 2 * length)}`;
}

/** The compiler's metadata of a compilation: https://docs.soliditylang.org/en/latest/metadata.html */
export interface Metadata {
  readonly compiler: { readonly version: string };
  readonly language: string;
  /** The hash of each source, by its path from the project's root. */
  readonly sources: Readonly<Record<string, { readonly keccak256: Hex }>>;
  readonly settings: {
    /** The contract's name by the path of its source. */
    readonly compilationTarget: Readonly<Record<string, string>>;
    readonly [setting: string]: unknown;
  };
}

/**
 * Parses the text of an artifact.
 *
 * @param file path of the artifact, for messages.
 * @throws ChainfleetError if the text is not an artifact with metadata.
 */
export function parseArtifact(name: string, file: string, text: string): Artifact {
  const { abi, bytecode, deployedBytecode, metadata } = JSON.parse(text) as ForgeArtifact;
  if (
    abi === undefined ||
    bytecode === undefined ||
    deployedBytecode === undefined ||
    metadata === undefined
  ) {
    throw new ChainfleetError({
      code: "ARTIFACT_INCOMPLETE",
      summary: `${file} is not an artifact of forge with metadata.`,
      next: "Delete .chainfleet/contracts and run again: the contracts are compiled anew.",
    });
  }
  const inRuntimeCode = librariesIn(deployedBytecode).flatMap(({ ranges }) => ranges);
  return {
    name,
    abi,
    creationCode: unlinked(bytecode.object),
    runtimeCode: unlinked(deployedBytecode.object),
    immutables: [...Object.values(deployedBytecode.immutableReferences ?? {}).flat(), ...inRuntimeCode],
    libraries: librariesIn(bytecode),
    metadata,
  };
}

/** solc writes `__$`, 34 digits of a hash and `$__` in place of the address of a library. */
function unlinked(code: Hex): Hex {
  return code.replace(/__\$[0-9a-f]{34}\$__/g, "0".repeat(40)) as Hex;
}

function librariesIn({ linkReferences = {} }: ForgeCode): LinkedLibrary[] {
  return Object.entries(linkReferences).flatMap(([source, libraries]) =>
    Object.entries(libraries).map(([name, ranges]) => ({ name, source, ranges })),
  );
}

interface ForgeCode {
  readonly object: Hex;
  /** Where the addresses of libraries are, by the library's source and name. */
  readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, CodeRange[]>>>>;
}

interface ForgeArtifact {
  readonly abi?: Abi;
  readonly bytecode?: ForgeCode;
  readonly deployedBytecode?: ForgeCode & {
    readonly immutableReferences?: Readonly<Record<string, CodeRange[]>>;
  };
  readonly metadata?: Metadata;
}
