import {
  type Address,
  type Hash,
  type Hex,
  keccak256,
  type PublicClient,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
} from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { clientOf } from "../rpc/client";
import { currentFee } from "../rpc/fee";
import { refusal } from "../rpc/refusal";
import type { LaneChain, Transaction } from "./job";
import type { ChainSnapshot, LaneRules, Receipt } from "./plan";

/** How transactions are sent on a chain. */
export interface ChainSettings {
  /** For messages. @example "chain 138" */
  readonly name: string;
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly maxPending: number;
  readonly confirmations: number;
  /** Most that is ever offered for a unit of gas, in wei. */
  readonly feeCeiling: bigint;
}

/** Blocks after which a transaction at the head of a lane pays more. */
const PATIENCE = 3;
const POLL_MILLISECONDS = 400;
/** A chain through its RPC endpoint, with one account's key. */
export function laneChain(settings: ChainSettings, account: PrivateKeyAccount): LaneChain {
  const client = clientOf(settings.rpcUrl);
  let insists = false;
  return {
    name: settings.name,
    sender: account.address,
    pollMilliseconds: POLL_MILLISECONDS,
    hashOf: (raw) => keccak256(raw),
    balance: () => client.getBalance({ address: account.address }),
    sign: (transaction) => sign(transaction, settings.chainId, account, client),
    broadcast: async (serializedTransaction) => {
      try {
        await client.sendRawTransaction({ serializedTransaction });
      } catch (error) {
        insists ||= refusal(error) === "fee too low";
        throw error;
      }
    },
    observe: (hashes) => look(client, account.address, hashes),
    rules: () => rules(client, settings, insists),
  };
}

async function sign(
  { fee, to, ...transaction }: Transaction,
  chainId: number,
  account: PrivateKeyAccount,
  client: PublicClient,
): Promise<Hex> {
  const fees = (await hasBaseFee(client))
    ? ({ type: "eip1559", maxFeePerGas: fee.max, maxPriorityFeePerGas: fee.tip } as const)
    : ({ type: "legacy", gasPrice: fee.max } as const);
  return account.signTransaction({ ...transaction, to: to ?? null, ...fees, chainId });
}

async function look(client: PublicClient, sender: Address, hashes: readonly Hash[]): Promise<ChainSnapshot> {
  const [block, mined, pending, ...found] = await Promise.all([
    client.getBlockNumber(),
    client.getTransactionCount({ address: sender, blockTag: "latest" }),
    client.getTransactionCount({ address: sender, blockTag: "pending" }),
    ...hashes.map((hash) => receiptOf(client, hash)),
  ]);
  const receipts = new Map(
    found.flatMap((receipt) => (receipt === undefined ? [] : [[receipt.hash, receipt]])),
  );
  const open = hashes.filter((hash) => !receipts.has(hash));
  const isKnown = await Promise.all(open.map((hash) => isInPool(client, hash)));
  return {
    block: Number(block),
    mined,
    pending: Math.max(mined, pending),
    receipts,
    forgotten: new Set(open.filter((_, index) => !isKnown[index])),
  };
}

async function receiptOf(client: PublicClient, hash: Hash): Promise<Receipt | undefined> {
  try {
    const { blockNumber, status, contractAddress } = await client.getTransactionReceipt({ hash });
    return {
      hash,
      block: Number(blockNumber),
      succeeded: status === "success",
      contract: contractAddress ?? undefined,
    };
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) {
      return undefined;
    }
    throw error;
  }
}

async function isInPool(client: PublicClient, hash: Hash): Promise<boolean> {
  try {
    await client.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) {
      return false;
    }
    throw error;
  }
}

async function rules(client: PublicClient, settings: ChainSettings, insists: boolean): Promise<LaneRules> {
  const { floor, ...fee } = await currentFee(client, insists);
  return {
    maxPending: settings.maxPending,
    confirmations: settings.confirmations,
    patience: PATIENCE,
    fee,
    floor,
    ceiling: settings.feeCeiling,
  };
}

async function hasBaseFee(client: PublicClient): Promise<boolean> {
  return typeof (await client.getBlock()).baseFeePerGas === "bigint";
}
