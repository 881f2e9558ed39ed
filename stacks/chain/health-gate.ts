import type * as pulumi from "@pulumi/pulumi";
import { type HealthRegionArgs, NetworkHealth } from "../../components/besu/health/network-health";
import type { BesuNetwork } from "../../components/besu/network";
import type { Config, RegionConfig } from "../config/schema";

/** The nodes of a region that the gate looks at. */
export interface GatedRegion
  extends Pick<HealthRegionArgs, "kubeconfig" | "context" | "namespace" | "validators" | "revision"> {
  readonly config: RegionConfig;
}

/**
 * Registers the health gate of a network.
 *
 * @param regions all regions, or none while it is not known how their nodes are reached.
 * @returns undefined if the config has none.
 */
export function createHealthGate(
  { healthGate, network, regions: configured }: Config,
  besu: BesuNetwork,
  regions: readonly GatedRegion[],
  dependsOn: readonly pulumi.Resource[],
): NetworkHealth | undefined {
  if (healthGate === undefined) {
    return undefined;
  }
  const { name, blockPeriodSeconds } = network;
  const validators = configured.reduce((sum, region) => sum + region.validators, 0);
  return new NetworkHealth(
    `${name}-health`,
    {
      network: name,
      genesisHash: besu.genesisHash,
      blockPeriodSeconds,
      timeoutSeconds: healthGate.timeoutSeconds ?? defaultTimeoutSeconds(validators, blockPeriodSeconds),
      missingPeers: healthGate.missingPeers,
      regions: regions.map(({ config, kubeconfig, context, namespace, validators: addresses, revision }) => ({
        name: config.name,
        cloud: config.cloud,
        kubeconfig,
        ...(context === undefined ? {} : { context }),
        namespace,
        validators: addresses,
        rpcNodes: config.rpcNodes,
        revision,
      })),
    },
    { dependsOn: [...dependsOn] },
  );
}

/**
 * Ten minutes, as the Kubernetes plugin waits for a StatefulSet. A new chain needs a block for each validator until all have
 * proposed one, and three times that leaves room for rounds that fail while validators still start.
 */
function defaultTimeoutSeconds(validators: number, blockPeriodSeconds: number): number {
  return Math.max(600, 3 * validators * blockPeriodSeconds);
}
