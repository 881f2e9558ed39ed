import type * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { NetworkHealth } from "../../components/besu/health/network-health";
import { revisionOf } from "../../components/besu/health/revision";
import type { BesuNetwork } from "../../components/besu/network";
import type { SiteNodes } from "../../components/besu/site";
import type { Cluster } from "../../components/cluster";
import type { Config, RegionConfig } from "../config/schema";

/** The nodes of a region that the gate looks at. */
export interface GatedRegion extends Pick<SiteNodes, "namespace" | "statefulSets"> {
  readonly config: RegionConfig;
  readonly cluster: Cluster;
  readonly validators: pulumi.Output<Address[]>;
}

/** Registers the health gate of a network. @returns undefined if the config has none. */
export function createHealthGate(
  { healthGate, network }: Config,
  besu: BesuNetwork,
  regions: readonly GatedRegion[],
): NetworkHealth | undefined {
  if (healthGate === undefined) {
    return undefined;
  }
  const { name, blockPeriodSeconds } = network;
  const validators = regions.reduce((sum, { config }) => sum + config.validators, 0);
  return new NetworkHealth(
    `${name}-health`,
    {
      network: name,
      genesisHash: besu.genesisHash,
      blockPeriodSeconds,
      timeoutSeconds: healthGate.timeoutSeconds ?? defaultTimeoutSeconds(validators, blockPeriodSeconds),
      missingPeers: healthGate.missingPeers,
      regions: regions.map(({ config, cluster, namespace, statefulSets, validators: addresses }) => ({
        name: config.name,
        cloud: config.cloud,
        kubeconfig: cluster.kubeconfig,
        ...(cluster.context === undefined ? {} : { context: cluster.context }),
        namespace,
        validators: addresses,
        rpcNodes: config.rpcNodes,
        revision: revisionOf(statefulSets),
      })),
    },
    { dependsOn: regions.flatMap(({ statefulSets }) => [...statefulSets]) },
  );
}

/**
 * Ten minutes, as the Kubernetes plugin waits for a StatefulSet. A new chain needs a block for each validator until all have
 * proposed one, and three times that leaves room for rounds that fail while validators still start.
 */
function defaultTimeoutSeconds(validators: number, blockPeriodSeconds: number): number {
  return Math.max(600, 3 * validators * blockPeriodSeconds);
}
