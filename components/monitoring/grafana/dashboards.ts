import { stalledSeconds } from "../prometheus/rules";
import { laidOut, type PanelContent } from "./panel";

/** What the dashboards of a region depend on. */
export interface DashboardSettings {
  readonly network: string;
  readonly region: string;
  readonly besuNamespace: string;
  readonly blockPeriodSeconds: number;
  readonly requestTimeoutSeconds: number;
}

/** The dashboards of a region by the names of their files. */
export function dashboards(settings: DashboardSettings): Record<string, object> {
  const { network, region } = settings;
  return {
    "network.json": dashboard(`${network}: the chain, seen from ${region}`, "network", chainPanels(settings)),
    "nodes.json": dashboard(`${network}: the nodes in ${region}`, "nodes", nodePanels(settings), [
      nodeVariable(),
    ]),
  };
}

function chainPanels(settings: DashboardSettings): PanelContent[] {
  const { blockPeriodSeconds } = settings;
  return [
    {
      title: "Newest block",
      kind: "stat",
      queries: [{ expr: 'max(ethereum_blockchain_height{job="besu"})' }],
      width: 6,
    },
    {
      title: "Age of the newest block",
      kind: "stat",
      unit: "s",
      queries: [{ expr: 'time() - max(besu_blockchain_chain_head_timestamp{job="besu"})' }],
      colors: [
        { from: null, color: "green" },
        { from: 3 * blockPeriodSeconds, color: "orange" },
        { from: stalledSeconds(settings), color: "red" },
      ],
      width: 6,
    },
    {
      title: "Validators that may still be lost",
      kind: "stat",
      queries: [{ expr: "qbft_validators_signing - qbft_quorum" }],
      colors: [
        { from: null, color: "red" },
        { from: 1, color: "green" },
      ],
      width: 6,
    },
    {
      title: "Firing alerts",
      kind: "stat",
      queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)' }],
      colors: [
        { from: null, color: "green" },
        { from: 1, color: "red" },
      ],
      width: 6,
    },
    {
      title: "Seconds for a block",
      kind: "timeseries",
      unit: "s",
      queries: [{ expr: "1 / rate(qbft_blocks_total[5m])", legend: "average of five minutes" }],
    },
    {
      title: "Validators",
      kind: "timeseries",
      queries: [
        { expr: "qbft_validators", legend: "with a vote" },
        { expr: "qbft_validators_signing", legend: "signing" },
        { expr: "qbft_quorum", legend: "quorum" },
      ],
    },
    {
      title: "Blocks that took another round",
      kind: "timeseries",
      unit: "percentunit",
      queries: [
        {
          expr: "increase(qbft_round_changes_total[10m]) / increase(qbft_blocks_total[10m])",
          legend: "of ten minutes",
        },
      ],
    },
    {
      title: "Who signs, of this region's validators",
      kind: "state-timeline",
      queries: [{ expr: "qbft_validator_signing", legend: "{{validator}}" }],
      colors: [
        { from: null, color: "red" },
        { from: 1, color: "green" },
      ],
      width: 24,
    },
    {
      title: "Transactions a second",
      kind: "timeseries",
      queries: [
        {
          expr: 'max(rate(besu_blockchain_chain_head_transaction_count_counter_total{job="besu"}[5m]))',
          legend: "in blocks",
        },
      ],
      width: 12,
    },
    {
      title: "Gas used of a block's limit",
      kind: "timeseries",
      unit: "percentunit",
      queries: [
        {
          expr: 'max(besu_blockchain_chain_head_gas_used{job="besu"}) / max(besu_blockchain_chain_head_gas_limit{job="besu"})',
          legend: "newest block",
        },
      ],
      width: 12,
    },
    { title: "Alerts", kind: "table", queries: [{ expr: 'ALERTS{alertstate="firing"}' }], width: 24 },
  ];
}

function nodePanels({ besuNamespace }: DashboardSettings): PanelContent[] {
  const ofNodes = '{job="besu",node=~"$node"}';
  const perNode = (title: string, expr: string, unit?: string): PanelContent => ({
    title,
    kind: "timeseries",
    queries: [{ expr, legend: "{{node}}" }],
    ...(unit === undefined ? {} : { unit }),
  });
  return [
    perNode("Block height", `ethereum_blockchain_height${ofNodes}`),
    perNode(
      "Blocks behind the best peer",
      `ethereum_best_known_block_number${ofNodes} - ethereum_blockchain_height${ofNodes}`,
    ),
    perNode("In sync", `besu_synchronizer_in_sync${ofNodes}`),
    perNode("Peers", `ethereum_peer_count${ofNodes}`),
    perNode("Answers to Prometheus", `up${ofNodes}`),
    perNode("Uptime", `time() - process_start_time_seconds${ofNodes}`, "s"),
    perNode("CPU cores used", `rate(process_cpu_seconds_total${ofNodes}[5m])`),
    perNode(
      "Java heap",
      `sum by (node) (jvm_memory_used_bytes{job="besu",node=~"$node",area="heap"})`,
      "bytes",
    ),
    perNode(
      "Seconds of garbage collection a second",
      `sum by (node) (rate(jvm_gc_collection_seconds_sum${ofNodes}[5m]))`,
    ),
    {
      title: "Free space of the volumes",
      kind: "timeseries",
      unit: "percentunit",
      queries: [
        {
          expr: `kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes`,
          legend: "{{namespace}} {{persistentvolumeclaim}}",
        },
      ],
      width: 12,
    },
    {
      title: "Transactions that wait",
      kind: "timeseries",
      queries: [
        {
          expr: `sum by (node) (besu_transaction_pool_number_of_transactions${ofNodes})`,
          legend: "{{node}}",
        },
      ],
      width: 12,
    },
    {
      title: "Logs",
      kind: "logs",
      queries: [{ expr: `{namespace="${besuNamespace}",node=~"$node"}` }],
      width: 24,
    },
  ];
}

/** The choice of nodes above a dashboard. */
function nodeVariable(): object {
  return {
    name: "node",
    type: "query",
    datasource: { type: "prometheus", uid: "prometheus" },
    query: { query: 'label_values(up{job="besu"}, node)', refId: "node" },
    refresh: 2,
    includeAll: true,
    multi: true,
    current: { text: "All", value: "$__all" },
  };
}

function dashboard(
  title: string,
  uid: string,
  panels: readonly PanelContent[],
  variables: readonly object[] = [],
): object {
  return {
    uid,
    title,
    editable: false,
    refresh: "30s",
    schemaVersion: 39,
    time: { from: "now-6h", to: "now" },
    templating: { list: variables },
    panels: laidOut(panels),
  };
}
