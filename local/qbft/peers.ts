/** A node as others find it. */
export interface Enode {
  /** The public key: 64 bytes in hex. */
  readonly id: string;
  /** The address of the P2P port. */
  readonly host: string;
}

/** What decides about the connections of a node. */
export interface Peering {
  readonly id: string;
  /** The address at which the node is reached. Undefined: it only dials. */
  readonly host: string | undefined;
  /** The static nodes, which the node dials until it has a connection to each. */
  readonly dials: readonly Enode[];
}

/**
 * The connections between nodes that run: a node has one to each other node that it dials or that dials it, if the enode has
 * both the key and the address of the node that is meant. Static nodes are exempt from limits (EthPeers.java, and
 * components/besu/options/peers.ts, whose --max-peers leaves room for all others).
 *
 * @returns the ids of each node's peers.
 */
export function connections(nodes: readonly Peering[]): Map<string, Set<string>> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const peers = new Map(nodes.map(({ id }) => [id, new Set<string>()]));
  for (const { id, dials } of nodes) {
    for (const target of dials) {
      if (target.id !== id && byId.get(target.id)?.host === target.host) {
        peers.get(id)?.add(target.id);
        peers.get(target.id)?.add(id);
      }
    }
  }
  return peers;
}

/**
 * The parts of the mesh between which nothing gets through. Blocks and QBFT messages are passed on by nodes that have them
 * (QbftGossip.java), so within a part they reach everybody.
 *
 * @returns for each node the number of its part.
 */
export function partsOf(peers: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const parts = new Map<string, number>();
  let count = 0;
  for (const start of peers.keys()) {
    if (parts.has(start)) {
      continue;
    }
    const reached = [start];
    parts.set(start, count);
    for (let id = reached.pop(); id !== undefined; id = reached.pop()) {
      for (const peer of peers.get(id) ?? []) {
        if (!parts.has(peer)) {
          parts.set(peer, count);
          reached.push(peer);
        }
      }
    }
    count += 1;
  }
  return parts;
}
