import { clientVersion, type RunningNode, stateOf } from "./running-node";

/**
 * The metrics that dashboards and rules use and that a simulated node can know, in Prometheus' text format. Names and texts:
 * DefaultBlockchain.java, EthPeers.java, DefaultSynchronizer.java and BesuCommand.java (setReleaseMetrics) in
 * https://github.com/hyperledger/besu, which are the same in 25.10.0 and 3fd224e. The prefix of a category that is Besu's own is
 * `besu_` (BesuMetricCategory.java), `ethereum` and `process` have none; the client library ends the name of a counter with
 * `_total` (CategorizedPrometheusCollector.java, io.prometheus:prometheus-metrics 1.3.5).
 */
export function metricsText(node: RunningNode): string {
  const { head, peers, syncing, bestKnown, node: simulated } = stateOf(node);
  return [
    gauge("ethereum_blockchain_height", "The current height of the canonical chain", head.number),
    gauge("ethereum_best_known_block_number", "The estimated highest block available", bestKnown),
    gauge("ethereum_peer_count", "The current number of peers connected", peers.length),
    gauge(
      "ethereum_peer_limit",
      "The maximum number of peers this node allows to connect",
      Number(node.options.get("max-peers") ?? BESU_MAX_PEERS),
    ),
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
      "besu_blockchain_chain_head_transaction_count",
      "Number of transactions in the current chain head block",
      0,
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
    metric("gauge", "process_release", "Release information", `{version="${clientVersion(node)}"} 1.0`),
    counter("besu_blockchain_chain_head_gas_used_counter_total", "Counter for Gas used", 0),
    counter(
      "besu_blockchain_chain_head_transaction_count_counter_total",
      "Counter for the number of transactions",
      0,
    ),
  ].join("");
}

/** DEFAULT_MAX_PEERS in DefaultCommandValues.java. */
const BESU_MAX_PEERS = 25;

function gauge(name: string, help: string, value: number): string {
  return metric("gauge", name, help, ` ${value.toFixed(1)}`);
}

function counter(name: string, help: string, value: number): string {
  return metric("counter", name, help, ` ${value.toFixed(1)}`);
}

function metric(type: "counter" | "gauge", name: string, help: string, sample: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}${sample}\n`;
}
