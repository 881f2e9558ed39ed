import type { Abi, Hex } from "viem";
import { ChainfleetError } from "../../error";

/** A compiled contract, out of forge's `<file>.sol/<name>.json`. */
export interface Artifact {
  readonly name: string;
  readonly abi: Abi;
  /** Constructor and all, without arguments; 0x for an interface or an abstract contract. */
  readonly creationCode: Hex;
  /** What stays on the chain, with zeros where immutables go. */
  readonly runtimeCode: Hex;
  /** Where immutables go in the runtime code, in bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
  readonly metadata: Metadata;
}

/** What the compiler says of a compilation: https://docs.soliditylang.org/en/latest/metadata.html */
export interface Metadata {
  readonly compiler: { readonly version: string };
  readonly language: string;
  /** The hash of each source, by its path from the project's root. */
  readonly sources: Readonly<Record<string, { readonly keccak256: Hex }>>;
  readonly settings: {
    /** Path and name of the contract. */
    readonly compilationTarget: Readonly<Record<string, string>>;
    readonly [setting: string]: unknown;
  };
}

/**
 * Reads what forge wrote.
 *
 * @param file for messages.
 * @throws ChainfleetError when it is no artifact, or its libraries are not linked.
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
      code: "TODO",
      summary: `${file} is no artifact of forge's with metadata.`,
      next: "Delete .chainfleet/contracts and run again: it is built anew.",
    });
  }
  if (/__\$/.test(bytecode.object)) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${name} (${file}) calls libraries that are deployed apart, which is not supported.`,
      next: "Make the libraries' functions internal.",
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
