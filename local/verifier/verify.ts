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

/** What somebody says about a contract. */
export interface Claim {
  readonly address: Hex;
  /** With or without the `v` in front. */
  readonly compilerVersion: string;
  readonly contract: ContractName;
  readonly input: SolidityJsonInput;
  /** Undefined: whatever the chain has. */
  readonly constructorArguments?: Hex | undefined;
  /** The transaction that created it; looked for when absent. */
  readonly transaction?: Hex | undefined;
}

/**
 * `exact_match`: every byte, the hash of the sources among them. `match`: the same but for the metadata, which
 * differs with comments, names and paths. The terms are Sourcify's.
 */
export type Match = "exact_match" | "match";

export interface Verified {
  readonly verified: true;
  /** Null if it does not match; then the creation does. */
  readonly runtimeMatch: Match | null;
  /** Null if it does not match or is not known. */
  readonly creationMatch: Match | null;
  /** `0x` if there are none, or the creation is not known. */
  readonly constructorArguments: Hex;
  readonly abi: readonly unknown[];
}

export interface Failed {
  readonly verified: false;
  /** One of Sourcify's, or `wrong_constructor_arguments`: Sourcify takes them from the chain. */
  readonly code: string;
  readonly message: string;
}

export type Outcome = Verified | Failed;

/**
 * Compiles the sources and compares the result with the chain, as Sourcify does: immutables and libraries'
 * addresses are the chain's, and metadata may differ.
 *
 * @param strictness `both`: the runtime code and, where it is known, the creation have to match, as Etherscan and
 *   Blockscout ask for; `either`: one is enough, as for Sourcify
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
      connected(chain),
      getAddress(claim.address),
      transaction,
    );
    await verification.verify();
    return judged(verification, claim, strictness);
  } catch (error) {
    if (error instanceof SourcifyLibError) {
      return failed(error.code, error.message);
    }
    throw error;
  }
}

function judged(verification: Verification, claim: Claim, strictness: "both" | "either"): Outcome {
  const { status, onchainCreationBytecode, transformations, compilation } = verification.export();
  const [runtimeMatch, creationMatch] = [matchOf(status.runtimeMatch), matchOf(status.creationMatch)];
  const creationDiffers = onchainCreationBytecode !== undefined && creationMatch === null;
  if (strictness === "both" && (runtimeMatch === null || creationDiffers)) {
    return failed("no_match", "The deployed and recompiled bytecode don't match.");
  }
  const constructorArguments = (transformations.creation.values.constructorArguments ?? "0x") as Hex;
  const claimed = claim.constructorArguments?.toLowerCase();
  // Where the creation is not known, nobody can tell what the arguments were.
  if (claimed !== undefined && creationMatch !== null && claimed !== constructorArguments) {
    return failed("wrong_constructor_arguments", "The constructor's arguments are not the chain's.");
  }
  const abi = compilation.contractCompilerOutput.abi ?? [];
  return { verified: true, runtimeMatch, creationMatch, constructorArguments, abi };
}

/** The better of a contract's two matches. */
export function bestMatch({
  runtimeMatch,
  creationMatch,
}: Pick<Verified, "runtimeMatch" | "creationMatch">): Match {
  return [runtimeMatch, creationMatch].includes("exact_match") ? "exact_match" : "match";
}

/** Asks the compiler for one contract: what else is in the sources is not compared. */
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

/** A new one each time: it blocks itself for a while after failures, and a local chain is back at once. */
function connected({ chainId, url }: Chain): SourcifyChain {
  return new SourcifyChain({
    name: `chain ${chainId}`,
    chainId,
    supported: true,
    rpcs: [{ rpc: url, maskedUrl: url, traceSupport: "trace_transaction" }],
  });
}

// Its notes would go to standard output, which is for the ready line.
setLibSourcifyLoggerLevel(0);

function matchOf(status: VerificationStatus): Match | null {
  return status === "perfect" ? "exact_match" : status === "partial" ? "match" : null;
}

function failed(code: string, message: string): Failed {
  return { verified: false, code, message };
}
