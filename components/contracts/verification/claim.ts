import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address, Hash, Hex } from "viem";
import type { LibraryAddresses } from "../build/artifact";
import { readArtifact } from "../build/build";
import type { Claim } from "./explorer";
import { qualifiedName, standardInput } from "./standard-input";

/** A deployed contract, with what its deployment recorded. */
export interface ClaimedContract {
  /** Name in contracts/src. */
  readonly contract: string;
  /** Source hash of the build. */
  readonly build: string;
  readonly address: Address;
  /** The addresses of the libraries in the code, by source and name. */
  readonly libraries?: LibraryAddresses;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly transaction: Hash | "";
}

/** The claim for a deployed contract, with sources from the project's folder. @throws ChainfleetError if a source changed since the build */
export function claimOf(root: string, chainId: number, contract: ClaimedContract): Claim {
  const { metadata } = readArtifact(root, contract.build, contract.contract);
  return {
    chainId,
    address: contract.address,
    compilerVersion: metadata.compiler.version,
    qualifiedName: qualifiedName(metadata),
    input: standardInput(metadata, contract.libraries ?? {}, (path) =>
      readFileSync(join(root, path), "utf8"),
    ),
    encodedArguments: contract.encodedArguments,
    transaction: contract.transaction,
  };
}
