import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address, Hash, Hex } from "viem";
import { readArtifact } from "../build/build";
import type { Claim } from "./explorer";
import { qualifiedName, standardInput } from "./standard-input";

/** A contract as its deployment left it. */
export interface ClaimedContract {
  readonly contract: string;
  readonly build: string;
  readonly address: Address;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly transaction: Hash | "";
}

/** What is said of a contract to an explorer: the sources are read from the project. */
export function claimOf(root: string, chainId: number, contract: ClaimedContract): Claim {
  const { metadata } = readArtifact(root, contract.build, contract.contract);
  return {
    chainId,
    address: contract.address,
    compilerVersion: metadata.compiler.version,
    qualifiedName: qualifiedName(metadata),
    input: standardInput(metadata, (path) => readFileSync(join(root, path), "utf8")),
    encodedArguments: contract.encodedArguments,
    transaction: contract.transaction,
  };
}
