import { type Address, type Hex, hexToNumber } from "viem";
import type { NodeClient } from "./node-client";
import { RpcRefusal } from "./node-errors";

/** What a Besu node says about itself and its chain, in one answer. */
export interface NodeObservation {
  /** When the node said so: milliseconds since 1970, in the middle between question and answer. */
  readonly at: number;
  readonly chainId: number;
  readonly genesisHash: Hex;
  readonly head: { readonly number: number; readonly hash: Hex; readonly timestampSeconds: number };
  /** The height that the node tries to reach. Undefined if the node is not syncing. */
  readonly syncingTo: number | undefined;
  readonly peers: number;
  /** The validators that make the next block, as the node sees the chain. */
  readonly validators: readonly Address[];
  /** The last block that each validator has proposed among the blocks that were asked for. */
  readonly lastProposed: ReadonlyMap<Address, number>;
}

/**
 * Asks a node for its view of the chain, in one request.
 *
 * @param window the number of latest blocks in which proposers are looked for. A healthy network of N validators proposes by
 *   turns, so that each has proposed within the last N blocks, and within 2N if some rounds failed.
 * @throws NodeUnreachable if the node does not answer, and RpcRefusal if it refuses a method.
 */
export async function observeNode(client: NodeClient, window: number): Promise<NodeObservation> {
  const asked = Date.now();
  const answers = await client.callAll([
    { method: "eth_chainId" },
    { method: "eth_getBlockByNumber", params: ["0x0", false] },
    { method: "eth_getBlockByNumber", params: ["latest", false] },
    { method: "eth_syncing" },
    { method: "net_peerCount" },
    // "pending" stands for the block after the head (QbftGetValidatorsByBlockNumber.pendingResult).
    { method: "qbft_getValidatorsByBlockNumber", params: ["pending"] },
  ]);
  const at = (asked + Date.now()) / 2;
  const refusal = answers.find((answer) => answer instanceof RpcRefusal);
  if (refusal !== undefined) {
    throw refusal;
  }
  const [chainId, genesis, latest, syncing, peers, validators] = answers as [
    Hex,
    Block,
    Block,
    false | { readonly highestBlock: Hex },
    Hex,
    readonly Address[],
  ];
  const head = hexToNumber(latest.number);
  return {
    at,
    chainId: hexToNumber(chainId),
    genesisHash: genesis.hash,
    head: { number: head, hash: latest.hash, timestampSeconds: hexToNumber(latest.timestamp) },
    syncingTo: syncing === false ? undefined : hexToNumber(syncing.highestBlock),
    peers: hexToNumber(peers),
    validators: validators.map(lowerCase),
    lastProposed: head === 0 ? new Map() : await proposers(client, head, window),
  };
}

interface Block {
  readonly number: Hex;
  readonly hash: Hex;
  readonly timestamp: Hex;
}

/**
 * The last block of each proposer. The range of `qbft_getSignerMetrics` ends before its second block, and the method takes
 * no end beyond the head, so the proposer of the head itself is only seen one block later.
 */
async function proposers(client: NodeClient, head: number, window: number): Promise<Map<Address, number>> {
  const metrics = await client.call<readonly SignerMetric[]>(
    "qbft_getSignerMetrics",
    `0x${Math.max(0, head - window).toString(16)}`,
    `0x${head.toString(16)}`,
  );
  return new Map(
    metrics
      .map(
        ({ address, lastProposedBlockNumber }) =>
          [lowerCase(address), hexToNumber(lastProposedBlockNumber)] as const,
      )
      // A validator that has proposed nothing is in the list with block 0, which nobody has proposed.
      .filter(([, block]) => block > 0),
  );
}

interface SignerMetric {
  readonly address: Address;
  readonly proposedBlockCount: Hex;
  readonly lastProposedBlockNumber: Hex;
}

function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address;
}
