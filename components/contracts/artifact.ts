import type { Abi, Hex } from "viem";
import { ChainfleetError } from "../error";

/** A compiled contract, out of `contracts/out/<file>.sol/<name>.json`. */
export interface Artifact {
  readonly name: string;
  readonly abi: Abi;
  /** Constructor and all, without arguments. */
  readonly creationCode: Hex;
  /** What stays on the chain, with zeros where immutables go. */
  readonly runtimeCode: Hex;
  /** Where immutables go in the runtime code, in bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

/**
 * Reads what forge wrote.
 *
 * @param file for messages.
 * @throws ChainfleetError when it is no artifact, or its libraries are not linked.
 */
export function parseArtifact(name: string, file: string, text: string): Artifact {
  const { abi, bytecode, deployedBytecode } = JSON.parse(text) as ForgeArtifact;
  if (abi === undefined || bytecode === undefined || deployedBytecode === undefined) {
    throw new ChainfleetError(`${file} is no artifact of forge's.`, "Build again: npx forge build --force");
  }
  if (bytecode.object === "0x") {
    throw new ChainfleetError(`${name} (${file}) is an interface or abstract: there is nothing to deploy.`);
  }
  if (/__\$/.test(bytecode.object)) {
    throw new ChainfleetError(
      `${name} (${file}) calls libraries that are deployed apart, which is not supported.`,
      "Make the libraries' functions internal.",
    );
  }
  return {
    name,
    abi,
    creationCode: bytecode.object,
    runtimeCode: deployedBytecode.object,
    immutables: Object.values(deployedBytecode.immutableReferences ?? {}).flat(),
  };
}

interface ForgeArtifact {
  readonly abi?: Abi;
  readonly bytecode?: { readonly object: Hex };
  readonly deployedBytecode?: {
    readonly object: Hex;
    readonly immutableReferences?: Readonly<Record<string, { start: number; length: number }[]>>;
  };
}
