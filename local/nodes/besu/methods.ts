import type { Address } from "viem";
import type { Block } from "../../qbft/chain";
import { blockResult } from "./block-result";
import { contractCall, sentTransaction, transactionCount } from "./contract-methods";
import { addressParameter, blockParameter, booleanParameter, quantity } from "./parameters";
import {
  INVALID_BLOCK_PARAMS,
  invalidParams,
  METHOD_NOT_ENABLED,
  P2P_NETWORK_NOT_RUNNING,
  RpcError,
} from "./rpc-errors";
import { blockOf, clientVersion, type NodeState, type RunningNode, stateOf } from "./running-node";

/** A method of Besu's JSON-RPC. */
type Method = (node: RunningNode, params: readonly unknown[]) => unknown;

/**
 * The methods that the stand-in has. Sources: the classes of the same names in https://github.com/hyperledger/besu (3fd224e),
 * below ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api/jsonrpc/internal/methods and
 * consensus/qbft/src/main/java/org/hyperledger/besu/consensus/qbft/jsonrpc/methods.
 */
export const METHODS: Readonly<Record<string, Method>> = {
  web3_clientVersion: clientVersion,

  net_version: ({ network }) => String(network.rules.chainId),
  net_listening: () => true,
  net_peerCount: (node) => quantity(stateOf(node).peers.length),
  net_enode: (node) => enodeOf(node),

  eth_chainId: ({ network }) => quantity(network.rules.chainId),
  eth_blockNumber: (node) => quantity(stateOf(node).head.number),
  eth_syncing: (node) => {
    const { syncing } = stateOf(node);
    return syncing === undefined
      ? false
      : {
          startingBlock: quantity(syncing.from),
          currentBlock: quantity(syncing.current),
          highestBlock: quantity(syncing.highest),
        };
  },
  eth_getBlockByNumber: (node, [number, whole]) => {
    const state = stateOf(node);
    const block = blockOf(state, numberOf(blockParameter(number, invalidParams("block number")), state));
    const isWhole = booleanParameter(whole, invalidParams("return complete transaction"));
    if (isWhole && block !== undefined && block.transactions.length > 0) {
      throw new RpcError(-32603, "whole transactions are not simulated (docs/fidelity.md)");
    }
    return block === undefined ? null : blockResult(block, node.network.rules);
  },
  eth_call: contractCall,
  eth_sendRawTransaction: sentTransaction,
  eth_getTransactionCount: transactionCount,

  qbft_getValidatorsByBlockNumber: (node, [number]) => {
    const state = stateOf(node);
    const asked = blockParameter(number, INVALID_BLOCK_PARAMS);
    return asked === "pending"
      ? state.head.tally.validators
      : (validatorsForBlock(node, blockOf(state, numberOf(asked, state))) ?? null);
  },
  qbft_getSignerMetrics: (node, [from, to]) => signerMetrics(stateOf(node), from, to),
  qbft_proposeValidatorVote: (node, [subject, add]) => {
    requireVotesInHeaders(node);
    stateOf(node).node.proposals.propose(
      addressParameter(subject),
      booleanParameter(add, invalidParams("vote type")),
    );
    return true;
  },
  qbft_discardValidatorVote: (node, [subject]) => {
    requireVotesInHeaders(node);
    stateOf(node).node.proposals.discard(addressParameter(subject));
    return true;
  },
  qbft_getPendingVotes: (node) => {
    requireVotesInHeaders(node);
    return Object.fromEntries(stateOf(node).node.proposals.pending());
  },
  qbft_getRequestTimeoutSeconds: ({ network }) => network.rules.requestTimeoutSeconds,

  admin_nodeInfo: (node) => {
    const { head } = stateOf(node);
    const enode = enodeOf(node);
    return {
      enode,
      id: node.id,
      ip: hostOf(node),
      listenAddr: `${hostOf(node)}:${P2P_PORT}`,
      name: clientVersion(node),
      ports: { discovery: P2P_PORT, listener: P2P_PORT },
      protocols: {
        eth: {
          difficulty: quantity(head.number + 1),
          genesis: node.network.rules.genesisHash,
          head: head.hash,
          network: node.network.rules.chainId,
        },
      },
    };
  },
  admin_peers: (node) =>
    stateOf(node).peers.map(({ description: { id, host = "0.0.0.0" } }) => ({
      version: "0x5",
      name: clientVersion(node),
      caps: ["eth/68", "istanbul/100"],
      network: { localAddress: `${hostOf(node)}:${P2P_PORT}`, remoteAddress: `${host}:${P2P_PORT}` },
      port: quantity(P2P_PORT),
      id: `0x${id}`,
      enode: `enode://${id}@${host}:${P2P_PORT}`,
    })),
};

const P2P_PORT = 30_303;

/** Where a contract selects the validators, no node has a vote provider (TransactionValidatorProvider.getVoteProviderAtHead). */
function requireVotesInHeaders({ network }: RunningNode): void {
  if (network.rules.validatorContract !== undefined) {
    throw METHOD_NOT_ENABLED;
  }
}

/**
 * A header lists the validators that made its block. A contract says in the state of the block itself who makes the next one, and
 * that is what Besu answers (TransactionValidatorProvider.getValidatorsForBlock).
 */
function validatorsForBlock(
  { network }: RunningNode,
  block: Block | undefined,
): readonly Address[] | undefined {
  return network.rules.validatorContract === undefined ? block?.validators : block?.tally.validators;
}

function numberOf(asked: number | "latest" | "pending", { head }: NodeState): number {
  return typeof asked === "number" ? asked : head.number;
}

function hostOf({ options }: RunningNode): string {
  return options.get("p2p-host") ?? "127.0.0.1";
}

function enodeOf(node: RunningNode): string {
  if (!stateOf(node).node.isConnected) {
    throw P2P_NETWORK_NOT_RUNNING;
  }
  return `enode://${node.id}@${hostOf(node)}:${P2P_PORT}`;
}

/** AbstractGetSignerMetricsMethod: the first block of the range counts, the last does not. */
function signerMetrics(state: NodeState, from: unknown, to: unknown): unknown {
  const refusal = invalidParams("block number");
  const head = state.head.number;
  const start =
    from === undefined || from === null
      ? Math.max(0, head - 100)
      : numberOf(blockParameter(from, refusal), state);
  const asked = to === undefined || to === null ? head : numberOf(blockParameter(to, refusal), state);
  const end = Math.min(asked, head);
  if (start >= end) {
    throw refusal;
  }
  const metrics = new Map<Address, { count: number; last: number }>();
  for (let number = start; number < end; number += 1) {
    const block = blockOf(state, number);
    if (block !== undefined) {
      metrics.set(block.proposer, { count: (metrics.get(block.proposer)?.count ?? 0) + 1, last: number });
    }
  }
  for (const validator of blockOf(state, end - 1)?.tally.validators ?? []) {
    if (!metrics.has(validator)) {
      metrics.set(validator, { count: 0, last: 0 });
    }
  }
  return [...metrics].map(([address, { count, last }]) => ({
    address,
    proposedBlockCount: quantity(count),
    lastProposedBlockNumber: quantity(last),
  }));
}
