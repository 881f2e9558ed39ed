import type { StateResource } from "../engine/state";

/** A contract as the state has it. */
export interface DeployedContract {
  readonly chain: string;
  readonly chainId: number;
  /** Its name on the chain. */
  readonly name: string;
  readonly address: string;
  /** Empty, and 0, where others made it or the node does not remember. */
  readonly transaction: string;
  readonly block: number;
  /** Undefined where no explorer is asked. */
  readonly verified?: boolean;
  /** What each explorer said that refused. */
  readonly why?: string;
}

const TYPE = "pulumi-nodejs:dynamic/chainfleet:";

/** The contracts of a stack, by chain and name. Pure. */
export function deployedContracts(resources: readonly StateResource[]): DeployedContract[] {
  const verifications = new Map(
    resources
      .filter(({ type }) => type === `${TYPE}ForgeVerification`)
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

/** Whether a resource is a contract; not one that a replacement has still to delete. */
export function isDeployment(resource: StateResource): boolean {
  return resource.type === `${TYPE}ForgeDeployment` && resource.delete !== true;
}

/** A line for each contract that is not verified, with the reasons. */
export function refusals(contracts: readonly Pick<DeployedContract, "chain" | "name" | "why">[]): string[] {
  return contracts.flatMap(({ chain, name, why }) =>
    why === undefined ? [] : [`${chain} ${name} is not verified: ${why}`],
  );
}

/** How many contracts a chain has. */
export interface ChainContracts {
  readonly chain: string;
  readonly contracts: number;
  /** Of those that an explorer was asked for. */
  readonly verified: number;
  readonly notVerified: number;
}

/** The contracts of each chain, counted. Pure. */
export function contractsByChain(resources: readonly StateResource[]): ChainContracts[] {
  const all = deployedContracts(resources);
  return [...new Set(all.map(({ chain }) => chain))].map((chain) => {
    const own = all.filter((contract) => contract.chain === chain);
    const count = (wanted: boolean) => own.filter(({ verified }) => verified === wanted).length;
    return { chain, contracts: own.length, verified: count(true), notVerified: count(false) };
  });
}

/** What a deployment or verification has among its outputs. */
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
