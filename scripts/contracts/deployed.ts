import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import type { StateResource } from "../engine/state";

/** A contract in the state of a stack. */
export interface DeployedContract {
  readonly chain: string;
  readonly chainId: number;
  /** The name of the deployment, unique on its chain. */
  readonly name: string;
  readonly address: string;
  /**
   * The hash of the transaction that created the contract. Empty if the contract existed before, or if the node no
   * longer knows the transaction.
   */
  readonly transaction: string;
  /** The block of the transaction; 0 if the transaction is empty. */
  readonly block: number;
  /** Whether every explorer of the chain has verified the contract. Undefined if no explorer was asked. */
  readonly verified?: boolean;
  /** The reason of each explorer that has not verified the contract. */
  readonly why?: string;
}

/** The contracts of a stack, sorted by chain and name. Pure. */
export function deployedContracts(resources: readonly StateResource[]): DeployedContract[] {
  const verifications = new Map(
    resources
      .filter(({ type }) => type === `${DYNAMIC_TYPE_PREFIX}ForgeVerification`)
      .map((resource) => [identity(resource), resource] as const),
  );
  return resources
    .filter(isDeployment)
    .map((resource) => {
      const { chain, deployment, address, transaction, block } = resource.outputs as unknown as Outputs;
      return {
        chain: chain.name,
        chainId: chain.chainId,
        name: deployment,
        address,
        transaction,
        block,
        ...verdict(verifications.get(identity(resource))),
      };
    })
    .sort((a, b) => a.chain.localeCompare(b.chain) || a.name.localeCompare(b.name));
}

/**
 * Whether a resource is a deployed contract. A resource that was replaced and is still to be deleted does not count.
 */
export function isDeployment(resource: StateResource): boolean {
  return resource.type === `${DYNAMIC_TYPE_PREFIX}ForgeDeployment` && resource.delete !== true;
}

/** A line for each contract that is not verified, with the reasons of the explorers. */
export function refusals(contracts: readonly Pick<DeployedContract, "chain" | "name" | "why">[]): string[] {
  return contracts.flatMap(({ chain, name, why }) =>
    why === undefined ? [] : [`${chain} ${name} is not verified: ${why}`],
  );
}

/** The number of contracts on a chain. */
export interface ChainContracts {
  readonly chain: string;
  readonly contracts: number;
  /**
   * The number of contracts that every explorer has verified. Contracts for which no explorer was asked are not counted
   * here.
   */
  readonly verified: number;
  /** The number of contracts that at least one explorer has not verified. */
  readonly notVerified: number;
}

/** Counts the contracts of each chain. Pure. */
export function contractsByChain(resources: readonly StateResource[]): ChainContracts[] {
  const all = deployedContracts(resources);
  return [...new Set(all.map(({ chain }) => chain))].map((chain) => {
    const onChain = all.filter((contract) => contract.chain === chain);
    const count = (isVerified: boolean) => onChain.filter(({ verified }) => verified === isVerified).length;
    return { chain, contracts: onChain.length, verified: count(true), notVerified: count(false) };
  });
}

/** The outputs of a deployment or of a verification that are read here. */
interface Outputs {
  readonly chain: { readonly name: string; readonly chainId: number };
  readonly deployment: string;
  readonly address: string;
  readonly transaction: string;
  readonly block: number;
  readonly results?: readonly {
    readonly explorer: string;
    readonly verified: boolean;
    readonly why?: string;
  }[];
}

function identity({ outputs, inputs }: StateResource): string {
  const { chain, deployment } = { ...inputs, ...outputs } as unknown as Outputs;
  return `${chain.name}/${deployment}`;
}

function verdict(verification: StateResource | undefined): Pick<DeployedContract, "verified" | "why"> {
  if (verification === undefined) {
    return {};
  }
  const { results = [] } = (verification.outputs ?? {}) as unknown as Outputs;
  if (results.length === 0) {
    return {};
  }
  const refusals = results
    .filter(({ verified }) => !verified)
    .map(({ explorer, why }) => `${explorer}: ${why}`);
  return refusals.length === 0 ? { verified: true } : { verified: false, why: refusals.join("; ") };
}
