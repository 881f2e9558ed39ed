import { crashTolerance, quorum } from "../../besu/quorum";
import { SCRAPE_INTERVAL_SECONDS } from "./scrape-interval";

/** What the alerts of a region depend on. */
export interface MonitoredNetwork {
  /** Number of validators of the whole network, as the config has it. */
  readonly validators: number;
  readonly blockPeriodSeconds: number;
  /** How long round 0 of a block lasts. */
  readonly requestTimeoutSeconds: number;
  /** The namespaces whose volumes are watched: that of the nodes, and that of the monitoring. */
  readonly namespaces: readonly string[];
}

/** A file of alert rules, as https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ describes it. */
export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: {
    /** `critical`: somebody has to act now. `warning`: today. */
    readonly severity: "critical" | "warning";
    /** `chain`: every region sees it. `region`: only the region in which it is. */
    readonly scope: "chain" | "region";
  };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** The alert rules of a region's Prometheus. docs/monitoring.md says what to do about each. */
export function alertRules(network: MonitoredNetwork): RuleFile {
  return {
    groups: [
      { name: "chain", rules: chainRules(network) },
      { name: "nodes", rules: nodeRules(network) },
      { name: "disks", rules: diskRules(network) },
      { name: "monitoring", rules: monitoringRules() },
    ],
  };
}

function chainRules(network: MonitoredNetwork): AlertRule[] {
  const { validators } = network;
  const turns = `${turnsSeconds(network)}s`;
  return [
    {
      alert: "ChainStalled",
      expr: `time() - max(besu_blockchain_chain_head_timestamp{job="besu"}) > ${stalledSeconds(network)}`,
      for: "30s",
      labels: { severity: "critical", scope: "chain" },
      annotations: {
        summary: "The chain makes no blocks.",
        description: `The newest block that this region's nodes have is {{ $value | humanizeDuration }} old. Fewer than ${quorum(validators)} of ${validators} validators take part, or the region has lost its connection to the others.`,
      },
    },
    {
      alert: "QuorumMarginZero",
      expr: "qbft_validators_signing - qbft_quorum <= 0",
      for: turns,
      labels: { severity: "critical", scope: "chain" },
      annotations: {
        summary: "The chain halts when it loses one more validator.",
        description: `Of ${validators} validators ${crashTolerance(validators)} may be down, and no more than the quorum has proposed a block within the last 2N blocks. Start no update, and bring validators back.`,
      },
    },
    {
      alert: "RoundChanges",
      expr: `increase(qbft_round_changes_total[10m]) / increase(qbft_blocks_total[10m]) > ${MOST_ROUND_CHANGES}`,
      for: "5m",
      labels: { severity: "warning", scope: "chain" },
      annotations: {
        summary: "Blocks take more than one QBFT round.",
        description:
          "{{ $value | humanizePercentage }} of the blocks of the last ten minutes waited for another round. Proposers are down, or messages between validators are slower than the request timeout.",
      },
    },
    {
      alert: "ValidatorNotSigning",
      expr: "qbft_validator_signing == 0",
      for: turns,
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "The validator {{ $labels.validator }} does not sign.",
        description:
          "The validator {{ $labels.validator }} ({{ $labels.address }}) has a vote and has proposed no block within the last 2N blocks.",
      },
    },
  ];
}

function nodeRules({ validators, blockPeriodSeconds }: MonitoredNetwork): AlertRule[] {
  // Every node has a connection to each validator. With one less than the quorum, a validator and its peers are a quorum.
  const peers = quorum(validators) - 1;
  return [
    {
      alert: "PeersLow",
      expr: `ethereum_peer_count{job="besu"} < ${peers}`,
      for: "5m",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "The node {{ $labels.node }} has {{ $value }} peers.",
        description: `With fewer than ${peers} peers the node is not connected with a quorum of the ${validators} validators.`,
      },
    },
    {
      alert: "NodeBehind",
      expr: `max(ethereum_blockchain_height{job="besu"}) - on () group_right () ethereum_blockchain_height{job="besu"} > ${MOST_BLOCKS_BEHIND + Math.ceil(SCRAPE_INTERVAL_SECONDS / blockPeriodSeconds)}`,
      for: "2m",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "The node {{ $labels.node }} is {{ $value }} blocks behind.",
        description: "Other nodes of the region have newer blocks.",
      },
    },
    {
      alert: "NodeDown",
      expr: 'up{job="besu"} == 0',
      for: "2m",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "The node {{ $labels.node }} does not answer.",
        description: "The pod {{ $labels.pod }} exists, but its metrics cannot be read.",
      },
    },
  ];
}

function diskRules({ namespaces }: MonitoredNetwork): AlertRule[] {
  const volumes = `{namespace=~"${namespaces.join("|")}"}`;
  const free = `kubelet_volume_stats_available_bytes${volumes} / kubelet_volume_stats_capacity_bytes${volumes}`;
  const annotations = {
    description:
      "The volume of the claim {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }}. Besu stops when its volume is full. Volumes grow where they are: set a larger `storage`.",
  };
  return [
    {
      alert: "DiskSpaceLow",
      expr: `${free} < 0.15`,
      for: "10m",
      labels: { severity: "critical", scope: "region" },
      annotations: {
        summary:
          "The volume of {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left.",
        ...annotations,
      },
    },
    {
      alert: "DiskFullSoon",
      // Under a half: a volume that is nearly empty grows fast in proportion, while a node imports its chain.
      expr: `predict_linear(kubelet_volume_stats_available_bytes${volumes}[6h], 3 * 86400) < 0 and ${free} < 0.5`,
      for: "1h",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "The volume of {{ $labels.persistentvolumeclaim }} will be full within three days.",
        ...annotations,
      },
    },
  ];
}

/** Silence of the monitoring must not look like health. */
function monitoringRules(): AlertRule[] {
  return [
    {
      alert: "NodesNotScraped",
      expr: 'absent(up{job="besu"})',
      for: "5m",
      labels: { severity: "critical", scope: "region" },
      annotations: {
        summary: "Prometheus finds no node of the region.",
        description:
          "The region has no Besu pod, or Prometheus may not list the pods. None of the other alerts on nodes can fire.",
      },
    },
    {
      alert: "VolumesNotObserved",
      expr: 'sum(up{job="kubelet"}) == 0 or absent(up{job="kubelet"})',
      for: "10m",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "Nobody observes the volumes.",
        description:
          "No kubelet of the region answers Prometheus: a right is missing, or a firewall closes port 10250. The alerts on disks cannot fire.",
      },
    },
    {
      alert: "ConsensusNotObserved",
      expr: "absent(qbft_head_block_number)",
      for: "5m",
      labels: { severity: "critical", scope: "region" },
      annotations: {
        summary: "Nobody observes who signs.",
        description:
          "The exporter does not run, or no node of the region answers it. The alerts on the quorum, on rounds and on validators cannot fire.",
      },
    },
    {
      alert: "MonitoringDown",
      expr: 'up{job="monitoring"} == 0',
      for: "5m",
      labels: { severity: "warning", scope: "region" },
      annotations: {
        summary: "A part of the monitoring does not answer: {{ $labels.instance }}.",
        description: "Dashboards, alerts or logs of the region are incomplete.",
      },
    },
  ];
}

/**
 * The age of the newest block at which the chain counts as stalled: after four rounds in a row without a block, which last 1,
 * 2, 4 and 8 request timeouts, and at least a minute.
 */
export function stalledSeconds({
  blockPeriodSeconds,
  requestTimeoutSeconds,
}: Pick<MonitoredNetwork, "blockPeriodSeconds" | "requestTimeoutSeconds">): number {
  return Math.max(60, blockPeriodSeconds + 15 * requestTimeoutSeconds);
}

/**
 * The time in which every validator had its turn to propose twice, and at least a minute. A validator that was voted in counts
 * as one that does not sign until its first turn.
 */
export function turnsSeconds({
  validators,
  blockPeriodSeconds,
}: Pick<MonitoredNetwork, "validators" | "blockPeriodSeconds">): number {
  return Math.max(60, 2 * validators * blockPeriodSeconds);
}

/** One round change in 20 blocks. */
const MOST_ROUND_CHANGES = 0.05;

/**
 * A node that imports each block at once is at most one block behind. To this come the blocks of one interval, because each node
 * is scraped at a moment of its own.
 */
const MOST_BLOCKS_BEHIND = 10;
