import { DYNAMIC_TYPE_PREFIX } from "../../../components/engine/dynamic-type";
import { type ChainContracts, contractsByChain } from "../../contracts/deployed";
import type { StateResource } from "../../engine/state";
import type { Step } from "../events";

/** The contracts on a chain after a run, and what the run did with them. */
export interface ContractCounts extends ChainContracts {
  /** The number of contracts for which this run sent a transaction. */
  readonly deployed: number;
  /** The number of contracts that were on the chain already, and that this run took over. */
  readonly adopted: number;
  /** The number of contracts whose deployment failed in this run. They are part of `contracts`. */
  readonly failed: number;
}

/**
 * Counts the contracts of each chain. Pure.
 *
 * @param done the steps of the run.
 * @param resources the state after the run.
 */
export function contractCounts(done: readonly Step[], resources: readonly StateResource[]): ContractCounts[] {
  const deployments = done
    .filter(({ type, op, ended }) => type === DEPLOYMENT && CREATIONS.has(op) && ended !== undefined)
    .map((step) => ({ ...step, chain: chainOf(step) }));
  const present = new Map(
    resources.filter(({ type }) => type === DEPLOYMENT).map((resource) => [resource.urn, resource] as const),
  );
  const inState = contractsByChain(resources);
  const chains = new Set([
    ...inState.map(({ chain }) => chain),
    ...deployments.flatMap(({ chain }) => (chain === undefined ? [] : [chain])),
  ]);
  return [...chains].map((chain) => {
    const own = deployments.filter((step) => step.chain === chain);
    const failed = own.filter((step) => step.failed);
    const created = own.filter((step) => !step.failed);
    const sent = created.filter(({ urn }) => present.get(urn)?.outputs?.["transaction"] !== "");
    const found = inState.find((one) => one.chain === chain);
    return {
      ...{ chain, verified: 0, notVerified: 0, ...found },
      contracts: (found?.contracts ?? 0) + failed.filter(({ urn }) => !present.has(urn)).length,
      deployed: sent.length,
      adopted: created.length - sent.length,
      failed: failed.length,
    };
  });
}

const DEPLOYMENT = `${DYNAMIC_TYPE_PREFIX}ForgeDeployment`;
const CREATIONS: ReadonlySet<string> = new Set(["create", "create-replacement"]);

function chainOf({ metadata }: Step): string | undefined {
  const inputs: { readonly chain?: { readonly name?: string } } =
    (metadata.new ?? metadata.old)?.inputs ?? {};
  return inputs.chain?.name;
}
