import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Cluster } from "../components/cluster";
import type { Governor } from "../components/governor/governor";
import { RegionMonitoring } from "../components/monitoring/region-monitoring";
import type { Config, RegionConfig } from "./config/schema";

/** What the monitoring of a region looks at. */
export interface MonitoredRegion {
  readonly region: RegionConfig;
  readonly cluster: Cluster;
  /** The namespace of the region's nodes. */
  readonly namespace: pulumi.Output<string>;
  /** The addresses of the region's validators, in their order. */
  readonly validators: readonly pulumi.Input<Address>[];
}

/** How people reach the monitoring of a region. */
export interface MonitoringAccess {
  readonly namespace: pulumi.Output<string>;
  /** The password of Grafana's user `admin`. Secret. */
  readonly grafanaPassword: pulumi.Output<string>;
}

/** The stack's output about monitoring, by the name of the region. */
export interface MonitoringOutputs {
  readonly monitoring?: Readonly<Record<string, MonitoringAccess>>;
}

/** Creates the monitoring of regions, if the config asks for it. */
export function monitorRegions(
  { monitoring, network, regions }: Config,
  governor: Governor,
  monitored: readonly MonitoredRegion[],
): MonitoringOutputs {
  if (monitoring === undefined) {
    return {};
  }
  const { metrics, logs, registry, receiver } = monitoring;
  const { name, blockPeriodSeconds, requestTimeoutSeconds } = network;
  const shared = {
    network: name,
    blockPeriodSeconds,
    requestTimeoutSeconds,
    networkValidators: regions.reduce((sum, { validators }) => sum + validators, 0),
    registry,
    metrics,
    logs,
    receiver,
  };
  const created = monitored.map(({ region, cluster, namespace, validators }) => {
    const made = new RegionMonitoring(
      region.name,
      { ...shared, cluster, besuNamespace: namespace, validators, rpcNodes: region.rpcNodes },
      { transformations: [governor.binding()] },
    );
    return [
      region.name,
      { namespace: made.namespace, grafanaPassword: pulumi.secret(made.grafanaPassword) },
    ] as const;
  });
  return { monitoring: Object.fromEntries(created) };
}
