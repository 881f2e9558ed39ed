import type { Address, Hex } from "viem";
import type { Artifact } from "../build/artifact";
import type { Arguments } from "./parameters";
import type { ReferenceContext } from "./references";

/** How a contract gets to its address. Each method has a file in deployment/. */
export type DeploymentMethod =
  /** Through the deterministic deployer: the address follows from code, arguments and salt. */
  | { readonly kind: "create2"; readonly salt: string }
  /** By a plain transaction: the address follows from the sender's nonce, so it is known after the deployment. */
  | { readonly kind: "create" }
  /** The contract exists already. @param codeHash keccak256 of its code, if the code is not that of contracts/src. */
  | { readonly kind: "existing"; readonly address: Address; readonly codeHash?: Hex | undefined };

/** A contract of a chain. */
export interface ContractDefinition {
  /** Unique on the chain. @example "CCIPWETH9Bridge" */
  readonly name: string;
  /** The contract's name in contracts/src. */
  readonly contract: string;
  /** The constructor's arguments. */
  readonly args: Arguments;
  readonly method: DeploymentMethod;
  /** Wei that the constructor gets. */
  readonly value: bigint;
  /** Where the definition is written; findings begin with this key. @example "contracts.chains.chain138.contracts.WETH9" */
  readonly configKey: string;
}

/** A transaction to a contract that is deployed. */
export interface CallDefinition {
  /** Unique on the chain, among contracts as well. */
  readonly name: string;
  /** Name of the called contract, on the same chain. */
  readonly contract: string;
  /**
   * Whose functions the call and its `done` name, if not those of the called contract: a proxy has the functions of its
   * implementation. The name of a contract of the chain, or of a contract or interface in contracts/src.
   */
  readonly interface?: string | undefined;
  /** Name or signature. */
  readonly function: string;
  readonly args: Arguments;
  /** Wei that the call transfers. */
  readonly value: bigint;
  /** Name of a Safe that makes the call, with the sender's signature as the only one. */
  readonly through?: string | undefined;
  /** Calls of the same chain that must have been made before. */
  readonly after: readonly string[];
  readonly done: DoneDefinition;
  /** Where the definition is written; findings begin with this key. */
  readonly configKey: string;
}

/** How a call is known to have been made: what a view of the called contract returns. */
export interface DoneDefinition {
  /** Name or signature of the view. */
  readonly function: string;
  readonly args: Arguments;
  /** The expected return values: one value, or several by name or in order. Absent: any, as long as the view does not revert. */
  readonly returns?: unknown;
}

/** How long the code of a contract may be on a chain. */
export interface CodeLimits {
  /** Bytes of code that stay on the chain: 24,576 (EIP-170) unless the chain's rules differ. */
  readonly codeBytes: number;
  /** Bytes of creation code with its arguments: 49,152 (EIP-3860) unless the chain's rules differ. */
  readonly initCodeBytes: number;
}

/** The contracts and calls of one chain. */
export interface ChainDefinition {
  /** @example "chain138" */
  readonly name: string;
  /** The account whose transactions deploy the contracts and make the calls. */
  readonly sender: Address;
  readonly limits: CodeLimits;
  readonly contracts: readonly ContractDefinition[];
  readonly calls: readonly CallDefinition[];
}

/** The artifact of a chain's contract. Undefined if the chain has no contract of that name, or the name is not given. */
export function artifactOf(
  { contracts }: ChainDefinition,
  contract: string | undefined,
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact | undefined {
  return artifacts.get(contracts.find(({ name }) => name === contract)?.contract ?? "");
}

/**
 * The artifact whose functions a name stands for: that of the chain's contract of this name, or else that of the contract or
 * interface in contracts/src.
 */
export function interfaceNamed(
  chain: ChainDefinition,
  name: string,
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact | undefined {
  return artifactOf(chain, name, artifacts) ?? artifacts.get(name);
}

/** The artifact with the functions of a call: that of its interface, or else that of the called contract. */
export function calledArtifact(
  chain: ChainDefinition,
  { contract, interface: named }: Pick<CallDefinition, "contract" | "interface">,
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact | undefined {
  return named === undefined
    ? artifactOf(chain, contract, artifacts)
    : interfaceNamed(chain, named, artifacts);
}

/** What the values in the arguments of a chain's contracts and calls refer to. */
export function contextOf(
  chain: ChainDefinition,
  artifacts: ReadonlyMap<string, Artifact>,
): ReferenceContext {
  return {
    chain: chain.name,
    sender: chain.sender,
    interfaceNamed: (name) => interfaceNamed(chain, name, artifacts)?.abi,
    interfaceNames: [...new Set([...chain.contracts.map(({ name }) => name), ...artifacts.keys()])],
  };
}
