import type { Abi, Hex } from "viem";
import { ChainfleetError } from "../../error";

/** A compiled contract, as forge writes it into `<file>.sol/<name>.json`. */
export interface Artifact {
  readonly name: string;
  readonly abi: Abi;
  /** Code that creates the contract, without arguments. `0x` for an interface or an abstract contract. */
  readonly creationCode: Hex;
  /** Code that stays on the chain, with zeros in place of the immutables. */
  readonly runtimeCode: Hex;
  /** Where the immutables are in the runtime code, in bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
  readonly metadata: Metadata;
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
 * @throws ChainfleetError if the text is not an artifact with metadata, or the contract needs linked libraries.
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
  if (/__\$/.test(bytecode.object)) {
    throw new ChainfleetError({
      code: "LIBRARIES_NOT_LINKED",
      summary: `${name} (${file}) calls libraries that are deployed separately, which is not supported.`,
      next: "Make the functions of the libraries internal.",
    });
  }
  return {
    name,
    abi,
    creationCode: bytecode.object,
    runtimeCode: deployedBytecode.object,
    immutables: Object.values(deployedBytecode.immutableReferences ?? {}).flat(),
    metadata,
  };
}

interface ForgeArtifact {
  readonly abi?: Abi;
  readonly bytecode?: { readonly object: Hex };
  readonly deployedBytecode?: {
    readonly object: Hex;
    readonly immutableReferences?: Readonly<Record<string, { start: number; length: number }[]>>;
  };
  readonly metadata?: Metadata;
}
