import {
  SolidityCompilation,
  type SolidityJsonInput,
  SourcifyChain,
  SourcifyLibError,
  setLibSourcifyLoggerLevel,
  Verification,
  type VerificationStatus,
} from "@ethereum-sourcify/lib-sourcify";
import { getAddress, type Hex } from "viem";
import type { Chain } from "./chain";
import type { Compiler } from "./compiler";
import type { ContractName } from "./standard-input";

/** The source code and settings that a submitter claims a contract was compiled from. */
export interface Claim {
  readonly address: Hex;
  /** The version with or without the leading `v`. */
  readonly compilerVersion: string;
  readonly contract: ContractName;
  readonly input: SolidityJsonInput;
  /** Undefined: the arguments on the chain are accepted as they are. */
  readonly constructorArguments?: Hex | undefined;
  /** The transaction that created the contract. Default: the transaction that the chain's node reports. */
  readonly transaction?: Hex | undefined;
}

/**
 * `exact_match`: every byte is equal, including the hash of the sources. `match`: all bytes except the metadata are
 * equal; the metadata depends on comments, names and paths too. The terms are Sourcify's.
 */
export type Match = "exact_match" | "match";

export interface Verified {
  readonly kind: "verified";
  /** Null if the runtime code does not match; then the creation code matches. */
  readonly runtimeMatch: Match | null;
  /** Null if the creation code does not match or is not known. */
  readonly creationMatch: Match | null;
  /** `0x` if the constructor has no arguments or the creation code is not known. */
  readonly constructorArguments: Hex;
  readonly abi: readonly unknown[];
}

export interface Failed {
  readonly kind: "failed";
  /** A code of Sourcify's, or `wrong_constructor_arguments`, which Sourcify lacks: it takes the arguments from the chain. */
  readonly code: string;
  readonly message: string;
}

/** The result of a verification. */
export type Outcome = Verified | Failed;

/**
 * Compiles the sources and compares the bytecode with the chain's, as Sourcify does: immutables and library
 * addresses are taken from the chain, and the metadata may differ.
 *
 * @param strictness `both`: the runtime code and, if known, the creation code must match, as Etherscan and
 *   Blockscout require; `either`: one of the two is enough, as for Sourcify
 */
export async function verify(
  claim: Claim,
  chain: Chain,
  compiler: Compiler,
  strictness: "both" | "either",
): Promise<Outcome> {
  if (!(await compiler.isKnown(claim.compilerVersion))) {
    return failed("invalid_compiler_version", `Compiler version ${claim.compilerVersion} is not known here.`);
  }
  try {
    const transaction = claim.transaction ?? (await chain.creation(claim.address));
    const verification = new Verification(
      new TargetCompilation(compiler, claim.compilerVersion, claim.input, { ...claim.contract }),
      sourcifyChain(chain),
      getAddress(claim.address),
      transaction,
    );
    await verification.verify();
    return outcomeOf(verification, claim, strictness);
  } catch (error) {
    if (error instanceof SourcifyLibError) {
      return failed(error.code, error.message);
    }
    throw error;
  }
}

function outcomeOf(verification: Verification, claim: Claim, strictness: "both" | "either"): Outcome {
  const { status, onchainCreationBytecode, transformations, compilation } = verification.export();
  const [runtimeMatch, creationMatch] = [matchOf(status.runtimeMatch), matchOf(status.creationMatch)];
  const creationDiffers = onchainCreationBytecode !== undefined && creationMatch === null;
  if (strictness === "both" && (runtimeMatch === null || creationDiffers)) {
    return failed("no_match", "The deployed and recompiled bytecode don't match.");
  }
  const constructorArguments = (transformations.creation.values.constructorArguments ?? "0x") as Hex;
  const claimed = claim.constructorArguments?.toLowerCase();
  // The arguments are part of the creation code, so they can be checked only if that code is known.
  if (claimed !== undefined && creationMatch !== null && claimed !== constructorArguments) {
    return failed("wrong_constructor_arguments", "The constructor's arguments are not the chain's.");
  }
  const abi = compilation.contractCompilerOutput.abi ?? [];
  return { kind: "verified", runtimeMatch, creationMatch, constructorArguments, abi };
}

/** The better of a contract's two matches. */
export function bestMatch({
  runtimeMatch,
  creationMatch,
}: Pick<Verified, "runtimeMatch" | "creationMatch">): Match {
  return [runtimeMatch, creationMatch].includes("exact_match") ? "exact_match" : "match";
}

/** Requests the compiler's output for one contract only; the other contracts of the sources are not compared. */
class TargetCompilation extends SolidityCompilation {
  override initSolidityJsonInput(): void {
    const { path, name } = this.compilationTarget;
    this.jsonInput.settings.outputSelection = { [path]: { [name]: OUTPUTS } };
  }
}

const OUTPUTS = [
  "abi",
  "metadata",
  "evm.legacyAssembly",
  "evm.bytecode.object",
  "evm.bytecode.linkReferences",
  "evm.deployedBytecode.object",
  "evm.deployedBytecode.linkReferences",
  "evm.deployedBytecode.immutableReferences",
];

/** A new SourcifyChain per verification: after failures it stops asking for a while, but a local chain returns at once. */
function sourcifyChain({ chainId, url }: Chain): SourcifyChain {
  return new SourcifyChain({
    name: `chain ${chainId}`,
    chainId,
    supported: true,
    rpcs: [{ rpc: url, maskedUrl: url, traceSupport: "trace_transaction" }],
  });
}

// The library logs to standard output, which is reserved for the line that announces the port.
setLibSourcifyLoggerLevel(0);

function matchOf(status: VerificationStatus): Match | null {
  return status === "perfect" ? "exact_match" : status === "partial" ? "match" : null;
}

function failed(code: string, message: string): Failed {
  return { kind: "failed", code, message };
}
