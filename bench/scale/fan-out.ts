import type { RecordedStep } from "./recorded";

/**
 * A bash script that does what the old scripts did, with the recorded durations in place of the work: three phases, in each of
 * which a background process for each region (for each validator in the last phase) does its work step by step, and
 * `wait` before the next phase.
 */
export function fanOutScript(steps: readonly RecordedStep[]): string {
  return [
    "#!/usr/bin/env bash",
    "set -eu",
    'pids=""',
    'wait_all() { for pid in $pids; do wait "$pid"; done; pids=""; }',
    ...phases(steps).flatMap(({ name, lanes }) => [
      `# ${name}`,
      ...lanes.map(
        (lane) =>
          `(${lane.map(({ seconds }) => `sleep ${seconds.toFixed(3)}`).join("; ")}) & pids="$pids $!"`,
      ),
      "wait_all",
    ]),
    "",
  ].join("\n");
}

/** A phase: each lane is done step by step, and all lanes at the same time. */
interface Phase {
  readonly name: string;
  readonly lanes: readonly (readonly RecordedStep[])[];
}

function phases(steps: readonly RecordedStep[]): Phase[] {
  const networks = steps.filter(({ type }) => isNetwork(type));
  const clusters = steps.filter(({ type }) => isCluster(type));
  const nodes = steps.filter(({ type }) => !isNetwork(type) && !isCluster(type));
  return [
    { name: "networks, keys and genesis", lanes: grouped(networks, ({ region }) => region ?? "") },
    { name: "clusters", lanes: grouped(clusters, ({ region }) => region ?? "") },
    { name: "Besu nodes", lanes: grouped(nodes, nodeOf) },
  ];
}

function isNetwork(type: string): boolean {
  return (
    (type.startsWith("azure-native:") && !isCluster(type)) || /:(ValidatorKey|Genesis|Chain)$/.test(type)
  );
}

function isCluster(type: string): boolean {
  return type.startsWith("azure-native:containerservice:") || type.endsWith(":StorageClass");
}

/** A validator has a lane of its own; the RPC nodes of a region share one with its namespace. */
function nodeOf({ name, region }: RecordedStep): string {
  return /^(.*-validator-\d+)(-|$)/.exec(name)?.[1] ?? region ?? "";
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return [...groups.values()];
}
