import { type RunningNode, stateOf } from "./running-node";

/**
 * The metrics that dashboards and rules use, in Prometheus' text format. Names and texts: DefaultBlockchain.java, EthPeers.java
 * and DefaultSynchronizer.java in https://github.com/hyperledger/besu (3fd224e); a category that is Besu's own has the prefix
 * `besu_` (BesuMetricCategory.java), `ethereum` has none.
 */
export function metricsText(node: RunningNode): string {
  const { head, peers, syncing, bestKnown, node: simulated } = stateOf(node);
  return [
    gauge("ethereum_blockchain_height", "The current height of the canonical chain", head.number),
    gauge("ethereum_best_known_block_number", "The estimated highest block available", bestKnown),
    gauge("ethereum_peer_count", "The current number of peers connected", peers.length),
    gauge(
      "besu_blockchain_chain_head_timestamp",
      "Timestamp from the current chain head",
      head.timestampSeconds,
    ),
    gauge("besu_blockchain_chain_head_gas_used", "Gas used by the current chain head block", 0),
    gauge(
      "besu_blockchain_chain_head_gas_limit",
      "Block gas limit of the current chain head block",
      node.network.rules.gasLimit,
    ),
    gauge(
      "besu_synchronizer_in_sync",
      "Whether or not the local node has caught up to the best known peer",
      syncing === undefined ? 1 : 0,
    ),
    gauge(
      "process_start_time_seconds",
      "Start time of the process since unix epoch in seconds.",
      simulated.startedAt / 1000,
    ),
  ].join("");
}

function gauge(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value.toFixed(1)}\n`;
}
