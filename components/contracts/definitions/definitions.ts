import type { Address, Hex } from "viem";
import type { Artifact } from "../build/artifact";
import type { Arguments } from "./parameters";

/** How a contract comes to its address. */
export type DeploymentMethod =
  /** By the deterministic deployer: its address follows from its code, arguments and salt. */
  | { readonly kind: "create2"; readonly salt: string }
  /** By a transaction of its own: its address follows from the sender's nonce, so it is known when it is there. */
  | { readonly kind: "create" }
  /** It is there already. */
  | { readonly kind: "existing"; readonly address: Address; readonly codeHash?: Hex | undefined };

/** A contract of a chain, as the config has it. */
export interface ContractDefinition {
  /** Unique on its chain. @example "CCIPWETH9Bridge" */
  readonly name: string;
  /** Its name in contracts/src. */
  readonly contract: string;
  readonly args: Arguments;
  readonly method: DeploymentMethod;
}

/** A transaction to a contract once it is there, as the config has it. */
export interface CallDefinition {
  /** Unique on its chain, also among the contracts. */
  readonly name: string;
  /** Whom it calls. */
  readonly contract: string;
  /** Name or signature. */
  readonly function: string;
  readonly args: Arguments;
  /** A Safe that makes the call, its only signature the sender's. */
  readonly through?: string | undefined;
  /** Calls of the same chain that must have been made. */
  readonly after: readonly string[];
  readonly done: DoneDefinition;
}

/** How a call is known to have been made: what a view of the called contract returns. */
export interface DoneDefinition {
  readonly function: string;
  readonly args: Arguments;
  /** What it returns: a value, or several by name or in order. Absent: anything, as long as it does not revert. */
  readonly returns?: unknown;
}

/** The contracts and calls of one chain, as the config has them. */
export interface ChainDefinition {
  /** @example "chain138" */
  readonly name: string;
  /** Whose transactions make the contracts. */
  readonly sender: Address;
  readonly contracts: readonly ContractDefinition[];
  readonly calls: readonly CallDefinition[];
}

/** The config's key of a contract. @example "contracts.chains.chain138.contracts.CCIPRouter" */
export function contractConfigKey(chain: ChainDefinition, contract: string): string {
  return `contracts.chains.${chain.name}.contracts.${contract}`;
}

/** The config's key of a call. @example "contracts.chains.chain138.calls.openLane" */
export function callConfigKey(chain: ChainDefinition, call: string): string {
  return `contracts.chains.${chain.name}.calls.${call}`;
}

/** What a contract of the chain is made from, by its name there. */
export function artifactOf(
  { contracts }: ChainDefinition,
  contract: string | undefined,
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact | undefined {
  return artifacts.get(contracts.find(({ name }) => name === contract)?.contract ?? "");
}
