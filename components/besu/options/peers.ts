/*
 * How Besu limits its peers (org.hyperledger.besu.ethereum.eth.manager.EthPeers, read at 25.10.0 and at 26.8.0):
 * every connection counts towards --max-peers, also one with a static node, but a static node is never disconnected. Static
 * nodes are exempt from --remote-connections-max-percentage (DefaultPeerPrivileges).
 */

/**
 * The value of --max-peers. All nodes have a connection to each validator, and each validator one to each RPC node. The
 * number goes up in steps, because another value restarts every validator.
 *
 * @param validators number of validators in the network.
 * @param rpcNodes number of RPC nodes in the network.
 */
export function maxPeers(validators: number, rpcNodes: number): number {
  return Math.ceil((validators + rpcNodes + SPARE_PEERS) / PEER_STEP) * PEER_STEP;
}

/** Room for nodes that are no part of this program, and for the old connections of nodes that were replaced. */
const SPARE_PEERS = 25;

const PEER_STEP = 100;

/**
 * The value of --remote-connections-max-percentage. A node of this program dials only static nodes, so all of a validator's
 * other connections come from its peers. The default of 60 would leave a validator with 60 of 100 RPC nodes.
 */
export const REMOTE_CONNECTIONS_PERCENTAGE = 100;
