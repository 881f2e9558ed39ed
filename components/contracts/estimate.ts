import { type Address, concat, type Hex, type PublicClient, parseGwei, size } from "viem";
import type { Artifact } from "./artifact";
import type { Build } from "./build";
import { isDone } from "./call-done";
import type { PlannedCall } from "./call-plan";
import { findCreated } from "./create";
import { create2Data, DETERMINISTIC_DEPLOYER } from "./create2";
import { gasBound } from "./creation-gas";
import { clientOf, currentFee } from "./lane/chain";
import { capped } from "./lane/plan";
import { type PlannedChain, type PlannedContract, saltOf } from "./plan";
import { STAND_IN } from "./references";

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
  /** The node could not estimate it, as what it calls is not there yet: it needs less. */
  readonly isBound: boolean;
}

/** Asks a chain what is there already, and what the rest would cost. */
export async function estimateChain(
  plan: PlannedChain,
  { artifacts }: Build,
  { rpcUrl, sender, feeCeilingGwei }: { rpcUrl: string; sender: Address; feeCeilingGwei: number },
): Promise<ChainCost> {
  const client = clientOf(rpcUrl);
  const [fee, balance, contracts, calls] = await Promise.all([
    currentFee(client),
    client.getBalance({ address: sender }),
    Promise.all(
      plan.contracts.map((contract) =>
        contractCost(contract, artifacts.get(contract.contract) as Artifact, sender, client),
      ),
    ),
    Promise.all(plan.calls.map((call) => callCost(call, sender, client))),
  ]);
  const transactions = [...contracts, ...calls].filter((one) => one !== undefined);
  const gas = transactions.reduce((sum, one) => sum + one.gas, 0n);
  const ceiling = parseGwei(String(feeCeilingGwei));
  // Without EIP-1559 the tip is the whole price.
  const price = fee.max === fee.tip ? fee.max : fee.floor + fee.tip;
  return {
    chain: plan.name,
    sender,
    price,
    gas,
    cost: gas * price,
    most: gas * capped(fee, ceiling).max,
    balance,
    transactions,
  };
}

async function contractCost(
  { name, making, waitsFor, creation }: PlannedContract,
  artifact: Artifact,
  sender: Address,
  client: PublicClient,
): Promise<TransactionCost | undefined> {
  if (making.by === "others") {
    return undefined;
  }
  const { encodedArguments, address } = creation(new Map(waitsFor.map((key) => [key, STAND_IN])));
  const initCode = concat([artifact.creationCode, encodedArguments]);
  const there =
    address === undefined
      ? await findCreated(initCode, sender, artifact, client)
      : await client.getCode({ address });
  if (there !== undefined && there !== "0x") {
    return undefined;
  }
  const data = making.by === "create2" ? create2Data(saltOf(making.salt), initCode) : initCode;
  return cost(
    name,
    client,
    { account: sender, data, ...(making.by === "create2" ? { to: DETERMINISTIC_DEPLOYER } : {}) },
    gasBound(data, size(artifact.runtimeCode)),
  );
}

async function callCost(
  call: PlannedCall,
  sender: Address,
  client: PublicClient,
): Promise<TransactionCost | undefined> {
  const { to, data, done } = call.transaction(new Map(call.waitsFor.map((key) => [key, STAND_IN])));
  if (await isDone(client, done)) {
    return undefined;
  }
  const code = await client.getCode({ address: to });
  return code === undefined || code === "0x"
    ? { name: call.name, gas: CALL_GAS, isBound: true }
    : cost(call.name, client, { account: sender, to, data }, CALL_GAS);
}

/** More than any setting of a few storage slots needs, through a Safe too. */
const CALL_GAS = 300_000n;

async function cost(
  name: string,
  client: PublicClient,
  transaction: { readonly account: Address; readonly to?: Address; readonly data: Hex },
  bound: bigint,
): Promise<TransactionCost> {
  // Without the deployer's code an estimate would be of a mere payment.
  const isEmpty =
    transaction.to !== undefined && (await client.getCode({ address: transaction.to })) === undefined;
  if (isEmpty) {
    return { name, gas: bound, isBound: true };
  }
  try {
    return { name, gas: await client.estimateGas(transaction), isBound: false };
  } catch {
    return { name, gas: bound, isBound: true };
  }
}
