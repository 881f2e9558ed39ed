import { type Abi, type Address, concat, type Hex, type PublicClient, parseGwei, size } from "viem";
import type { Artifact } from "./build/artifact";
import type { Build } from "./build/build";
import { isDone } from "./call/done";
import { type Addresses, type ContractKey, keyOf, nameOn, STAND_IN } from "./definitions/references";
import { findCreated } from "./deployment/create";
import { create2Data, DETERMINISTIC_DEPLOYER, saltOf } from "./deployment/create2";
import { constructorReason, gasBound, withMargin } from "./deployment/creation";
import { deployerFunding } from "./deployment/deterministic-deployer";
import type { PlannedChain, PlannedContract } from "./plan/plan";
import { clientOf } from "./rpc/client";
import { hasCode } from "./rpc/code";
import { capped, currentFee } from "./rpc/fee";
import { revertReason } from "./rpc/revert";

/** What a chain's contracts and calls would still cost. Fees and sums in wei. */
export interface ChainCost {
  readonly chain: string;
  readonly sender: Address;
  /** Of a unit of gas now: what a transaction pays that is in the next block. */
  readonly price: bigint;
  readonly gas: bigint;
  readonly cost: bigint;
  /** What the sender must have: transactions offer more than they pay in the end. */
  readonly most: bigint;
  readonly balance: bigint;
  /** Those that are still to be sent. */
  readonly transactions: readonly TransactionCost[];
}

export interface TransactionCost {
  readonly name: string;
  readonly gas: bigint;
  /** Wei that it sends along. */
  readonly value: bigint;
  /** The node could not estimate it, as what it calls is not there yet: it needs less. */
  readonly isBound: boolean;
  /** Why `up` will fail on it, if all that it needs is there and its contract refuses it. */
  readonly wouldRevert?: string;
}

/** Asks a chain what is there already, and what the rest would cost. */
export async function estimateChain(
  plan: PlannedChain,
  { artifacts }: Build,
  { rpcUrl, sender, feeCeilingGwei }: { rpcUrl: string; sender: Address; feeCeilingGwei: number },
): Promise<ChainCost> {
  const client = clientOf(rpcUrl);
  const [fee, balance, deployer, contracts] = await Promise.all([
    currentFee(client),
    client.getBalance({ address: sender }),
    plan.contracts.some(({ method }) => method.kind === "create2") ? deployerCost(client) : undefined,
    contractCosts(plan, artifacts, sender, client),
  ]);
  const calls = await callCosts(plan, artifacts, contracts.known, sender, client);
  const transactions = [deployer, ...contracts.costs, ...calls].filter((one) => one !== undefined);
  const sum = (of: (one: TransactionCost) => bigint) => transactions.reduce((all, one) => all + of(one), 0n);
  const gas = sum((one) => one.gas);
  const value = sum((one) => one.value);
  // Without EIP-1559 the tip is the whole price.
  const price = fee.max === fee.tip ? fee.max : fee.floor + fee.tip;
  return {
    chain: plan.name,
    sender,
    price,
    gas,
    cost: gas * price + value,
    most:
      sum((one) => (one.isBound ? one.gas : withMargin(one.gas))) *
        capped(fee, parseGwei(String(feeCeilingGwei))).max +
      value,
    balance,
    transactions,
  };
}

/** The deployer's fee, where it is not there yet. */
async function deployerCost(client: PublicClient): Promise<TransactionCost | undefined> {
  const { name, isDone, gas, value } = deployerFunding(client);
  return (await isDone()) ? undefined : { name, gas: await gas(), value, isBound: true };
}

/** Each contract's cost, and the addresses of those that are there though no plan can tell them. */
async function contractCosts(
  { name: chain, contracts }: PlannedChain,
  artifacts: Build["artifacts"],
  sender: Address,
  client: PublicClient,
): Promise<{ costs: (TransactionCost | undefined)[]; known: Addresses }> {
  const known = new Map<ContractKey, Address>();
  const costs = [];
  // In order: one may have the address of another that was found.
  for (const contract of contracts) {
    const artifact = artifacts.get(contract.contract) as Artifact;
    const { there, cost: needed } = await contractCost(chain, contract, artifact, known, sender, client);
    if (there !== undefined) {
      known.set(contract.key, there);
    }
    costs.push(needed);
  }
  return { costs, known };
}

async function contractCost(
  chain: string,
  { name, method, uses, waitsFor, creation }: PlannedContract,
  artifact: Artifact,
  known: Addresses,
  sender: Address,
  client: PublicClient,
): Promise<{ there?: Address; cost?: TransactionCost }> {
  if (method.kind === "existing") {
    return { there: method.address };
  }
  const { encodedArguments, address } = creation(standIns(waitsFor, known));
  const initCode = concat([artifact.creationCode, encodedArguments]);
  const there =
    address === undefined
      ? await findCreated(initCode, sender, artifact, client)
      : (await hasCode(client, address))
        ? address
        : undefined;
  if (there !== undefined) {
    return { there };
  }
  const data = method.kind === "create2" ? create2Data(saltOf(method.salt), initCode) : initCode;
  const to = method.kind === "create2" ? { to: DETERMINISTIC_DEPLOYER } : {};
  const transaction = { account: sender, data, ...to };
  const needed = await cost(
    name,
    client,
    transaction,
    gasBound(data, size(artifact.runtimeCode)),
    artifact.abi,
  );
  if (needed.wouldRevert === undefined) {
    return { cost: needed };
  }
  // Its constructor may only miss a contract that leaves in the same block.
  const { wouldRevert, ...bound } = needed;
  const isReady = uses.every((other) => known.has(keyOf(chain, other)));
  return {
    cost: !isReady
      ? bound
      : { ...bound, wouldRevert: await constructorReason(client, initCode, artifact.abi) },
  };
}

/** Of the calls that are not made yet. */
async function callCosts(
  { name: chain, calls }: PlannedChain,
  artifacts: Build["artifacts"],
  known: Addresses,
  sender: Address,
  client: PublicClient,
): Promise<TransactionCost[]> {
  const transactions = calls.map((call) => ({ call, ...call.transaction(standIns(call.waitsFor, known)) }));
  const areDone = await Promise.all(transactions.map(({ done }) => isDone(client, done)));
  const open = transactions.filter((_, index) => areDone[index] === false);
  const openNames = open.map(({ call: { name } }) => name);
  return Promise.all(
    open.map(async ({ call: { name, contract, uses, waitsFor, after }, to, data }) => {
      const { abi } = artifacts.get(contract) as Artifact;
      const { wouldRevert, ...needed } = await cost(
        name,
        client,
        { account: sender, to, data },
        CALL_GAS,
        abi,
      );
      const isReady =
        waitsFor.every((key) => known.has(key)) &&
        uses.every((key) => nameOn(chain, key) === undefined || known.has(key)) &&
        !after.some((other) => openNames.includes(other));
      return wouldRevert !== undefined && isReady ? { ...needed, wouldRevert } : needed;
    }),
  );
}

function standIns(keys: readonly ContractKey[], known: Addresses): Addresses {
  return new Map(keys.map((key) => [key, known.get(key) ?? STAND_IN]));
}

/** More than any setting of a few storage slots needs, through a Safe too. */
const CALL_GAS = 300_000n;

async function cost(
  name: string,
  client: PublicClient,
  transaction: { readonly account: Address; readonly to?: Address; readonly data: Hex },
  bound: bigint,
  abi: Abi,
): Promise<TransactionCost> {
  // Without code at its target an estimate would be of a mere payment.
  if (transaction.to !== undefined && !(await hasCode(client, transaction.to))) {
    return { name, gas: bound, value: 0n, isBound: true };
  }
  try {
    return { name, gas: await client.estimateGas(transaction), value: 0n, isBound: false };
  } catch (error) {
    const wouldRevert = revertReason(error, abi);
    return {
      name,
      gas: bound,
      value: 0n,
      isBound: true,
      ...(wouldRevert === undefined ? {} : { wouldRevert }),
    };
  }
}
