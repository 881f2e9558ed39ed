import { type Abi, type Address, type Hex, type PublicClient, parseGwei, size } from "viem";
import type { Artifact } from "./build/artifact";
import type { Build } from "./build/build";
import { isDone } from "./call/done";
import { type Addresses, type ContractKey, keyOf, nameOn, withPlaceholders } from "./definitions/references";
import { creationOutlook } from "./deployment/creation-outlook";
import { deployerFunding } from "./deployment/deterministic-deployer";
import { strategyOf } from "./deployment/strategies";
import type { PlannedChain, PlannedContract } from "./plan/plan";
import { clientOf } from "./rpc/client";
import { hasCode } from "./rpc/code";
import { capped, currentFee } from "./rpc/fee";
import { callGasBound, creationGasBound, withMargin } from "./rpc/gas";
import { isOutage, nodeMessage } from "./rpc/refusal";
import { revertReason } from "./rpc/revert";

/** What a chain's contracts and calls would still cost. Fees and sums in wei. */
export interface ChainCost {
  readonly chain: string;
  readonly sender: Address;
  /** The present price of a unit of gas: what a transaction in the next block pays. */
  readonly price: bigint;
  readonly gas: bigint;
  readonly cost: bigint;
  /** The balance that the sender needs: transactions offer more than they pay in the end. */
  readonly most: bigint;
  readonly balance: bigint;
  /** The transactions that are still to be sent. */
  readonly transactions: readonly TransactionCost[];
}

/** What one transaction would cost. */
export interface TransactionCost {
  readonly name: string;
  readonly gas: bigint;
  /** Wei that the transaction transfers. */
  readonly value: bigint;
  /** Whether `gas` is an upper bound, because the node cannot estimate before the contracts that are called exist. */
  readonly isBound: boolean;
  /** Why `up` would fail on the transaction although everything that it needs exists, as the node says. */
  readonly wouldRevert?: string;
}

/** What every estimate of one chain needs. */
interface EstimateContext {
  readonly client: PublicClient;
  readonly sender: Address;
  readonly artifacts: Build["artifacts"];
}

/** Asks a chain which contracts and calls it has already, and what the others would cost. */
export async function estimateChain(
  plan: PlannedChain,
  { artifacts }: Build,
  { rpcUrl, sender, feeCeilingGwei }: { rpcUrl: string; sender: Address; feeCeilingGwei: number },
): Promise<ChainCost> {
  const client = clientOf(rpcUrl);
  const context = { client, sender, artifacts };
  const [fee, { gasLimit }, balance, deployer, contracts] = await Promise.all([
    currentFee(client),
    client.getBlock(),
    client.getBalance({ address: sender }),
    deployerCost(plan, client),
    contractCosts(plan, context),
  ]);
  const calls = await callCosts(plan, contracts.addresses, context);
  const transactions = [deployer, ...contracts.costs, ...calls].filter((cost) => cost !== undefined);
  const sum = (of: (cost: TransactionCost) => bigint) =>
    transactions.reduce((total, cost) => total + of(cost), 0n);
  const gas = sum((cost) => cost.gas);
  const value = sum((cost) => cost.value);
  // Without EIP-1559 the tip is the whole price.
  const price = fee.max === fee.tip ? fee.max : fee.floor + fee.tip;
  const offeredGas = sum((cost) => (cost.isBound ? cost.gas : withMargin(cost.gas, gasLimit)));
  const offeredPrice = capped(fee, parseGwei(String(feeCeilingGwei))).max;
  return {
    chain: plan.name,
    sender,
    price,
    gas,
    cost: gas * price + value,
    most: offeredGas * offeredPrice + value,
    balance,
    transactions,
  };
}

/** The payment for the deterministic deployer's transaction. Undefined if the chain needs no such payment. */
async function deployerCost(
  { contracts }: PlannedChain,
  client: PublicClient,
): Promise<TransactionCost | undefined> {
  if (!contracts.some(({ method }) => strategyOf(method).needsDeterministicDeployer)) {
    return undefined;
  }
  const funding = deployerFunding(client);
  return (await funding.isDone())
    ? undefined
    : { name: funding.name, gas: await funding.gas([]), value: funding.value, isBound: true };
}

/** The costs of the contracts that are not on the chain, and the addresses of those that are. */
async function contractCosts(
  { name: chain, contracts }: PlannedChain,
  context: EstimateContext,
): Promise<{ costs: TransactionCost[]; addresses: Addresses }> {
  const addresses = new Map<ContractKey, Address>();
  const costs: TransactionCost[] = [];
  // One after the other: a contract may have the address of an earlier one among its arguments.
  for (const contract of contracts) {
    const found = await contractCost(chain, contract, addresses, context);
    if (found.kind === "deployed") {
      addresses.set(contract.key, found.address);
    } else {
      costs.push(found.cost);
    }
  }
  return { costs, addresses };
}

type ContractCost =
  | { readonly kind: "deployed"; readonly address: Address }
  | { readonly kind: "to-deploy"; readonly cost: TransactionCost };

async function contractCost(
  chain: string,
  { name, contract, method, value, uses, waitsFor, creation }: PlannedContract,
  addresses: Addresses,
  { client, sender, artifacts }: EstimateContext,
): Promise<ContractCost> {
  const artifact = artifacts.get(contract) as Artifact;
  const strategy = strategyOf(method);
  const { initCode } = creation(withPlaceholders(waitsFor, addresses));
  const address = await strategy.find({ client, artifact, initCode, sender });
  if (address !== undefined) {
    return { kind: "deployed", address };
  }
  const transaction = strategy.transaction(initCode) ?? { data: initCode };
  const outlook = await creationOutlook(
    { name, chain, initCode, artifact, client },
    { account: sender, ...transaction, value },
  );
  if (outlook.kind === "succeeds") {
    return { kind: "to-deploy", cost: { name, gas: outlook.gas, value, isBound: false } };
  }
  const gas = creationGasBound(transaction.data, size(artifact.runtimeCode), outlook.blockGasLimit);
  const cost = { name, gas, value, isBound: true };
  // A constructor may fail only because a contract that it calls is deployed in the same block.
  const isReady = uses.every((used) => addresses.has(keyOf(chain, used)));
  return {
    kind: "to-deploy",
    cost: outlook.kind === "impossible" || isReady ? { ...cost, wouldRevert: outlook.problem.reason } : cost,
  };
}

/** The costs of the calls that were not made yet. */
async function callCosts(
  { name: chain, calls }: PlannedChain,
  addresses: Addresses,
  { client, sender, artifacts }: EstimateContext,
): Promise<TransactionCost[]> {
  const transactions = calls.map((call) => ({
    call,
    ...call.transaction(withPlaceholders(call.waitsFor, addresses)),
  }));
  const areDone = await Promise.all(transactions.map(({ done }) => isDone(client, done)));
  const open = transactions.filter((_, index) => areDone[index] === false);
  const openNames = open.map(({ call: { name } }) => name);
  return Promise.all(
    open.map(async ({ call: { name, contract, value, uses, waitsFor, after }, to, data }) => {
      const { wouldRevert, ...cost } = await callCost(
        {
          name,
          transaction: { account: sender, to, data, value },
          bound: callGasBound(data),
          abi: (artifacts.get(contract) as Artifact).abi,
        },
        client,
      );
      const isReady =
        waitsFor.every((key) => addresses.has(key)) &&
        uses.every((key) => nameOn(chain, key) === undefined || addresses.has(key)) &&
        !after.some((earlier) => openNames.includes(earlier));
      return wouldRevert !== undefined && isReady ? { ...cost, wouldRevert } : cost;
    }),
  );
}

/** A call whose cost is asked for. */
interface CallQuestion {
  readonly name: string;
  readonly transaction: {
    readonly account: Address;
    readonly to: Address;
    readonly data: Hex;
    readonly value: bigint;
  };
  /** Gas to count with if the node cannot estimate. */
  readonly bound: bigint;
  /** The ABI with the errors of the called contract. */
  readonly abi: Abi;
}

async function callCost(
  { name, transaction, bound, abi }: CallQuestion,
  client: PublicClient,
): Promise<TransactionCost> {
  const { value } = transaction;
  // While there is no code at the target, an estimate would be that of a plain payment.
  if (!(await hasCode(client, transaction.to))) {
    return { name, gas: bound, value, isBound: true };
  }
  try {
    return { name, gas: await client.estimateGas(transaction), value, isBound: false };
  } catch (error) {
    if (isOutage(error)) {
      throw error;
    }
    const wouldRevert = revertReason(error, abi) ?? nodeMessage(error as Error);
    return { name, gas: bound, value, isBound: true, wouldRevert };
  }
}
