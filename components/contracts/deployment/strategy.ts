import type { Address, Hash, Hex, PublicClient } from "viem";
import type { Artifact } from "../build/artifact";
import type { Job, JobResult } from "../lane/job";

/** Everything in which the deployment methods differ. There is a file for each method. */
export interface DeploymentStrategy {
  /**
   * Whether a transaction of this program creates the contract. A contract that exists already has no constructor
   * arguments and no init code, and its verification is its creator's business.
   */
  readonly createsContract: boolean;
  /** Whether the transaction goes to the deterministic deployer, which must be on the chain first. */
  readonly needsDeterministicDeployer: boolean;
  /** Whether `address` knows the address before the deployment. */
  readonly isAddressPlanned: boolean;
  /** The address that follows from the init code. Undefined if only the transaction decides the address. */
  address(initCode: Hex): Address | undefined;
  /** The transaction that creates the contract. Undefined if the contract exists already. */
  transaction(initCode: Hex): CreationTransaction | undefined;
  /** Searches the chain for the contract. Undefined if the chain does not have the contract yet. */
  find(search: ContractSearch): Promise<Address | undefined>;
  /** Deploys the contract, or finds the one that is on the chain. @throws ChainfleetError */
  deploy(deployment: PendingDeployment): Promise<Deployed>;
}

/** A transaction that creates a contract, without nonce, gas and fees. */
export interface CreationTransaction {
  /** Undefined if the transaction itself creates the contract. */
  readonly to?: Address;
  readonly data: Hex;
}

/** What a search for a contract needs. */
export interface ContractSearch {
  readonly client: PublicClient;
  readonly artifact: Artifact;
  /** Creation code followed by the encoded arguments. `0x` for a contract that exists already. */
  readonly initCode: Hex;
  readonly sender: Address;
}

/** A contract that is about to be deployed. */
export interface PendingDeployment extends ContractSearch {
  /** @example "CCIPRouter" */
  readonly name: string;
  /** The chain's name, for messages. */
  readonly chain: string;
  /** Wei that the constructor gets. */
  readonly value: bigint;
  /** Deployments of the same chain that the constructor may call. */
  readonly after: readonly Dependency[];
  /** Sends a transaction through the sender's lane. Opens the sender's key. */
  send(job: Job): Promise<JobResult>;
}

/** A deployment of the same chain. */
export interface Dependency {
  readonly name: string;
  readonly address: Address;
}

/** Where a contract is, and the transaction that created it. */
export interface Deployed {
  readonly address: Address;
  /** Empty if this program did not create the contract or the node no longer knows the transaction. */
  readonly transaction: Hash | "";
  /** The transaction's block; 0 if there is no transaction. */
  readonly block: number;
}
