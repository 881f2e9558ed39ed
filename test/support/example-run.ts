import type { Wait } from "../../components/governor/waits";
import type { TimedEvent } from "../../scripts/run/events";
import { recordedSteps } from "../../scripts/run/records/recorded-steps";
import { summarize } from "../../scripts/run/summary";
import type { RecordedRun } from "../../scripts/timeline/timeline-data";

/** A resource of a region: its name after the region's, its type, the seconds of its creation, and what it waits for. */
type Part = readonly [name: string, type: string, seconds: number, ...waitsFor: string[]];

const CLOUD: readonly Part[] = [
  ["group", "azure-native:resources:ResourceGroup", 2],
  ["network", "azure-native:network:VirtualNetwork", 6, "group"],
  ["security", "azure-native:network:NetworkSecurityGroup", 4, "group"],
  ["subnet-0", "azure-native:network:Subnet", 5, "network", "security"],
  ["subnet-1", "azure-native:network:Subnet", 5, "subnet-0"],
  ["identity", "azure-native:managedidentity:UserAssignedIdentity", 3, "group"],
  ["role-0", "azure-native:authorization:RoleAssignment", 14, "identity", "subnet-0"],
  ["role-1", "azure-native:authorization:RoleAssignment", 12, "identity", "subnet-1"],
  ["address-0", "azure-native:network:PublicIPAddress", 5, "group"],
  ["address-1", "azure-native:network:PublicIPAddress", 5, "group"],
  ["aks", "azure-native:containerservice:ManagedCluster", 600, "role-0", "role-1", "subnet-1"],
  ["pool", "azure-native:containerservice:AgentPool", 300, "aks"],
  ["namespace", "kubernetes:core/v1:Namespace", 1, "aks"],
  ["storage", "kubernetes:storage.k8s.io/v1:StorageClass", 1, "aks"],
  ...Array.from(
    { length: 5 },
    (_, i): Part => [`policy-${i}`, "kubernetes:networking.k8s.io/v1:NetworkPolicy", 1, "namespace"],
  ),
  ...[0, 1].flatMap((i): Part[] => [
    [`validator-${i}-key`, "pulumi-nodejs:dynamic/chainfleet:ValidatorKey", 0.1],
    [`validator-${i}-p2p`, "kubernetes:core/v1:Service", 40, "namespace", `address-${i}`],
    [`validator-${i}-secret`, "kubernetes:core/v1:Secret", 1, "namespace", `validator-${i}-key`],
    [`validator-${i}-data`, "kubernetes:core/v1:PersistentVolumeClaim", 1, "namespace", "storage"],
    [`validator-${i}-budget`, "kubernetes:policy/v1:PodDisruptionBudget", 1, "namespace"],
    [
      `validator-${i}`,
      "kubernetes:apps/v1:StatefulSet",
      80,
      `validator-${i}-data`,
      `validator-${i}-secret`,
      "pool",
    ],
  ]),
  ["rpc-config", "kubernetes:core/v1:ConfigMap", 1, "namespace"],
  ["rpc-service", "kubernetes:core/v1:Service", 30, "namespace"],
  ["rpc-account", "kubernetes:core/v1:ServiceAccount", 1, "namespace"],
  ["rpc", "kubernetes:apps/v1:StatefulSet", 95, "rpc-config", "pool"],
];

const CONTRACTS: readonly Part[] = [
  ["build", "pulumi-nodejs:dynamic/chainfleet:ForgeBuild", 7],
  ...Array.from(
    { length: 9 },
    (_, i): Part => [`contract-${i}`, "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment", 24, "build"],
  ),
  ...Array.from(
    { length: 9 },
    (_, i): Part => [
      `contract-${i}-verified`,
      "pulumi-nodejs:dynamic/chainfleet:ForgeVerification",
      30,
      `contract-${i}`,
    ],
  ),
];

/**
 * A run of `up` as its record has it: regions with a cluster and validators, one chain with contracts, durations that
 * differ from region to region, and waits. The same for the same number of regions.
 *
 * @param scale wall-clock seconds for each second of the durations above.
 */
export function exampleRun(regionNames: readonly string[], scale = 0.02): RecordedRun {
  const startedAt = Date.UTC(2026, 10, 30, 8);
  const ends = new Map<string, number>();
  const events: { readonly time: number; readonly event: object }[] = [];
  const resources: {
    urn: string;
    type: string;
    custom: boolean;
    dependencies: string[];
    outputs: Record<string, unknown>;
  }[] = [];
  const waits: Wait[] = [];
  const make = (group: string, parts: readonly Part[], slower: number) => {
    for (const [name, type, seconds, ...waitsFor] of parts) {
      const urn = urnOf(group, type, name);
      const dependencies = waitsFor.map((one) =>
        urnOf(group, parts.find(([other]) => other === one)?.[1] ?? "", one),
      );
      const start = Math.max(2, ...dependencies.map((one) => (ends.get(one) ?? 0) + 0.02));
      const waited = type.endsWith(":ManagedCluster") && slower > 1.15 ? 60 * scale : 0;
      const end = start + seconds * scale * (type.startsWith("azure") ? slower : 1) + waited;
      ends.set(urn, end);
      const deployment = name.replace(/-verified$/, "");
      const outputs = {
        chain: { name: group, chainId: 138 },
        deployment,
        results: [{ explorer: "e", verified: true }],
      };
      resources.push({ urn, type, custom: true, dependencies, outputs });
      const metadata = { op: "create", urn, type, new: { custom: true } };
      events.push({ time: start, event: { resourcePreEvent: { metadata } } });
      events.push({ time: end, event: { resOutputsEvent: { metadata } } });
      if (waited > 0) {
        waits.push({
          at: startedAt + start * 1000,
          seconds: waited,
          urn,
          kind: "throttle",
          reason: "PUT managedClusters: 20 (+1/min)",
        });
      }
      if (name === "validator-1") {
        waits.push({
          at: startedAt + (start + 0.1) * 1000,
          seconds: 0.3,
          urn,
          kind: "retry",
          reason: "503 Service Unavailable",
        });
      }
    }
  };
  regionNames.forEach((name, index) => {
    make(name, CLOUD, 0.85 + ((index * 37) % 50) / 100);
  });
  make("chain138", CONTRACTS, 1);
  const last = Math.max(...ends.values());
  const facts = {
    stack: "dev",
    mode: "up",
    result: "succeeded",
    startedAt,
    seconds: last + 1.4,
    events: [
      { time: 1, event: { preludeEvent: { config: {} } } },
      ...events.sort((one, other) => one.time - other.time),
      { time: last + 0.5, event: { summaryEvent: {} } },
    ].map(({ time, event }) => ({ at: startedAt + time * 1000, event }) as unknown as TimedEvent),
    regions: regionNames.map((name) => ({ name, cloud: "azure", validators: 2 })),
    before: [],
    resources,
    waits,
    simulated: false,
    predictedSeconds: last * 0.97,
  } as const;
  return { summary: summarize(facts), recorded: recordedSteps(facts, [...regionNames, "chain138"]), waits };
}

function urnOf(group: string, type: string, name: string): string {
  return `urn:pulumi:dev::chainfleet::${type}::${group}-${name}`;
}
