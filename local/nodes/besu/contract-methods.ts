import { bytesToHex, ecrecover, hexToBytes, publicToAddress } from "@ethereumjs/util";
import { type Hex, keccak256, parseTransaction, serializeTransaction } from "viem";
import type { Transaction } from "../../qbft/contract/transaction";
import { answerOf, outcomeOf, Revert } from "../../qbft/contract/validator-contract";
import { nonceOf, type WorldState } from "../../qbft/contract/world-state";
import { addressParameter, blockParameter, quantity } from "./parameters";
import {
  EXCEEDS_BLOCK_GAS_LIMIT,
  INVALID_BLOCK_PARAMS,
  INVALID_PARAM_COUNT,
  INVALID_PARAMS,
  INVALID_TRANSACTION_PARAMS,
  KNOWN_TRANSACTION,
  NONCE_TOO_LOW,
  RpcError,
  WRONG_CHAIN_ID,
} from "./rpc-errors";
import { blockOf, type NodeState, type RunningNode, stateOf } from "./running-node";

/*
 * The methods for the contract that selects the validators. Nodes execute nothing else, and only on a chain that has the
 * contract. Sources: the classes that are named here, in https://github.com/hyperledger/besu (3fd224e,
 * ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api/jsonrpc/internal/methods and
 * ethereum/eth/src/main/java/org/hyperledger/besu/ethereum/eth/transactions).
 */

/** EthCall.java, for the views of the contract. */
export function contractCall(node: RunningNode, [call, number]: readonly unknown[]): Hex {
  const { to, input, data = input } = (call ?? {}) as Readonly<Record<string, unknown>>;
  const state = stateOf(node);
  const world = worldOf(state, number ?? "latest");
  const answer = isContract(node, to) && typeof data === "string" ? answered(world, data as Hex) : undefined;
  if (answer === undefined) {
    throw notSimulated("eth_call of anything but a view of the contract that selects the validators");
  }
  return answer;
}

function answered({ contract }: WorldState, data: Hex): Hex | undefined {
  const outcome = outcomeOf(() => answerOf(contract, data));
  return outcome instanceof Revert ? undefined : outcome;
}

/** EthGetTransactionCount.java: "pending" counts what the node's pool has, too. */
export function transactionCount(node: RunningNode, [account, number]: readonly unknown[]): Hex {
  const address = addressParameter(account);
  const state = stateOf(node);
  const world = worldOf(state, number ?? "latest");
  return quantity(number === "pending" ? state.node.pool.nextNonce(address, world) : nonceOf(world, address));
}

/**
 * EthSendRawTransaction.java and, for the refusals and their order, TransactionPool.validateTransaction. What needs more than the chain
 * has, such as ether, is refused.
 */
export function sentTransaction(node: RunningNode, params: readonly unknown[]): Hex {
  if (params.length !== 1) {
    throw INVALID_PARAM_COUNT;
  }
  const [raw] = params;
  if (typeof raw !== "string") {
    throw INVALID_TRANSACTION_PARAMS;
  }
  const state = stateOf(node);
  const world = worldOf(state, "latest");
  const transaction = decoded(node, raw as Hex);
  const { pool } = state.node;
  if (pool.has(transaction.hash)) {
    throw KNOWN_TRANSACTION;
  }
  if (transaction.gas > BigInt(node.network.rules.gasLimit)) {
    throw EXCEEDS_BLOCK_GAS_LIMIT;
  }
  if (transaction.nonce < nonceOf(world, transaction.sender)) {
    throw NONCE_TOO_LOW;
  }
  node.network.submit(node.id, transaction, node.now());
  return transaction.hash;
}

function decoded(node: RunningNode, raw: Hex): Transaction {
  const parsed = parsedTransaction(raw);
  const { type, chainId, to, data = "0x", gas = 0n, nonce = 0, value = 0n, gasPrice = 0n, v, r, s } = parsed;
  if (chainId !== node.network.rules.chainId) {
    throw WRONG_CHAIN_ID;
  }
  if (type !== "legacy" || gasPrice !== 0n || value !== 0n || !isContract(node, to)) {
    throw notSimulated("a transaction other than a free one to the contract that selects the validators");
  }
  if (r === undefined || s === undefined || v === undefined) {
    throw INVALID_PARAMS;
  }
  const unsigned = keccak256(serializeTransaction({ type, chainId, to, data, gas, nonce, gasPrice }));
  const [hash, first, second] = [unsigned, r, s].map((hex) => hexToBytes(padded(hex))) as [
    Bytes,
    Bytes,
    Bytes,
  ];
  let sender: Hex;
  try {
    sender = bytesToHex(publicToAddress(ecrecover(hash, v, first, second, BigInt(chainId))));
  } catch {
    throw INVALID_PARAMS;
  }
  return { hash: keccak256(raw), sender, nonce, gas, data };
}

type Bytes = Uint8Array;

function parsedTransaction(raw: Hex) {
  try {
    return parseTransaction(raw);
  } catch {
    // DomainObjectDecodeUtils: a text that is no RLP is an invalid block parameter.
    throw INVALID_BLOCK_PARAMS;
  }
}

function padded(hex: Hex): Hex {
  return `0x${hex.slice(2).padStart(64, "0")}`;
}

function isContract({ network }: RunningNode, to: unknown): boolean {
  return typeof to === "string" && to.toLowerCase() === network.rules.validatorContract;
}

/** @throws RpcError if the chain has no contract that selects the validators, or no such block. */
function worldOf(state: NodeState, number: unknown): WorldState {
  const asked = blockParameter(number, INVALID_BLOCK_PARAMS);
  const block = typeof asked === "number" ? blockOf(state, asked) : state.head;
  if (block?.world === undefined) {
    throw notSimulated(
      "transactions on a chain without the contract that selects the validators, or such a block",
    );
  }
  return block.world;
}

function notSimulated(what: string): RpcError {
  return new RpcError(-32603, `not simulated: ${what} (docs/fidelity.md)`);
}
