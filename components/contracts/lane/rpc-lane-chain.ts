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
import { currentFee, type FeePolicy } from "../rpc/fee";
import { leastTipIn, refusal } from "../rpc/refusal";
import type { LaneChain, Transaction } from "./job";
import type { ChainSnapshot, LaneRules, Receipt } from "./plan";

/** A chain, its endpoint, and the limits for sending on the chain. */
export interface LaneChainSettings {
  /** For messages. @example "chain 138" */
  readonly name: string;
  readonly chainId: number;
  readonly rpcUrl: string;
  /** Most transactions of one sender that may be in the mempool at once. */
  readonly maxPending: number;
  /** Number of blocks that confirm a transaction; the transaction's own block counts. */
  readonly confirmations: number;
  /** Most that is ever offered for a unit of gas, in wei. */
  readonly feeCeiling: bigint;
}

/** Number of blocks after which a stuck transaction is replaced with a higher fee. */
const PATIENCE_BLOCKS = 3;
const POLL_MILLISECONDS = 400;

/** A chain behind an RPC endpoint, for transactions signed with one account's key. */
export function rpcLaneChain(settings: LaneChainSettings, account: PrivateKeyAccount): LaneChain {
  const client = clientOf(settings.rpcUrl);
  let feePolicy: FeePolicy = { kind: "modest" };
  return {
    name: settings.name,
    sender: account.address,
    pollMilliseconds: POLL_MILLISECONDS,
    hashOf: (raw) => keccak256(raw),
    balance: () => client.getBalance({ address: account.address }),
    sign: (transaction) => sign(transaction, settings.chainId, account, client),
    broadcast: async (serializedTransaction) => {
      try {
        await client.request({ method: "eth_sendRawTransaction", params: [serializedTransaction] });
      } catch (error) {
        if (refusal(error) === "fee too low") {
          feePolicy = afterRefusal(feePolicy, leastTipIn(error));
        }
        throw error;
      }
    },
    observe: (hashes) => observe(client, account.address, hashes),
    rules: () => currentRules(client, settings, feePolicy),
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

async function observe(
  client: PublicClient,
  sender: Address,
  hashes: readonly Hash[],
): Promise<ChainSnapshot> {
  const [block, mined, pending, ...found] = await Promise.all([
    client.getBlockNumber(),
    client.getTransactionCount({ address: sender, blockTag: "latest" }),
    client.getTransactionCount({ address: sender, blockTag: "pending" }),
    ...hashes.map((hash) => receiptOf(client, hash)),
  ]);
  const receipts = new Map(
    found.flatMap((receipt) => (receipt === undefined ? [] : [[receipt.hash, receipt]])),
  );
  const unmined = hashes.filter((hash) => !receipts.has(hash));
  const isKnown = await Promise.all(unmined.map((hash) => isKnownToNode(client, hash)));
  return {
    block: Number(block),
    mined,
    pending: Math.max(mined, pending),
    receipts,
    dropped: new Set(unmined.filter((_, index) => !isKnown[index])),
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

async function isKnownToNode(client: PublicClient, hash: Hash): Promise<boolean> {
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

async function currentRules(
  client: PublicClient,
  settings: LaneChainSettings,
  feePolicy: FeePolicy,
): Promise<LaneRules> {
  const [{ floor, ...fee }, { gasLimit }] = await Promise.all([
    currentFee(client, feePolicy),
    client.getBlock(),
  ]);
  return {
    maxPending: settings.maxPending,
    confirmations: settings.confirmations,
    patience: PATIENCE_BLOCKS,
    fee,
    floor,
    ceiling: settings.feeCeiling,
    gasLimit,
  };
}

/** The policy after the node has asked for a higher fee. @param leastTip what the node named; undefined if nothing */
function afterRefusal(policy: FeePolicy, leastTip = 0n): FeePolicy {
  const earlier = policy.kind === "as-suggested" ? policy.leastTip : 0n;
  return { kind: "as-suggested", leastTip: leastTip > earlier ? leastTip : earlier };
}

async function hasBaseFee(client: PublicClient): Promise<boolean> {
  return typeof (await client.getBlock()).baseFeePerGas === "bigint";
}
