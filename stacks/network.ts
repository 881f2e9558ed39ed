import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { ChainParameters } from "../components/besu/genesis";
import { Chain } from "../components/besu/genesis-resource";
import { BesuNetwork, type Site } from "../components/besu/network";
import { crashTolerance, MOST_TESTED_VALIDATORS, quorum } from "../components/besu/quorum";
import { AksCluster } from "../components/cluster/aks";
import { EksCluster } from "../components/cluster/eks";
import { ExistingCluster } from "../components/cluster/existing";
import { AwsRegion } from "../components/region/aws";
import { AzureRegion } from "../components/region/azure";
import { KubernetesRegion } from "../components/region/kubernetes";
import type { Config, RegionConfig } from "./config/schema";

/** The network stack: regions, clusters and the Besu network over them. Returns the stack's outputs. */
export async function network(config: Config) {
  const { name } = config.network;
  const chain = new Chain(name, chainParameters(config.network));
  // Nothing else is registered until the chain has accepted its parameters.
  await new Promise((resolve) => chain.urn.apply(resolve));

  const sites = config.regions.map((region) => createSite(name, config.besu.reclaimPolicy, region));
  const besu = new BesuNetwork(`${name}-besu`, {
    network: name,
    chain,
    sites,
    image: config.besu.image,
    validator: config.besu.validator,
    rpc: config.besu.rpc,
    rpcHosts: config.besu.rpcHosts,
  });
  warnBeyondTested(config);

  return {
    regions: config.regions.map((region, index) => ({
      name: region.name,
      cloud: region.cloud,
      cluster: besu.sites[index]?.clusterName,
      validators: besu.sites[index]?.validators,
      rpcUrl: besu.sites[index]?.rpcUrl,
    })),
    chain: {
      id: config.network.chainId,
      genesisHash: besu.genesisHash,
      validators: besu.genesisValidators,
      quorum: besu.genesisValidators.apply((validators) => quorum(validators.length)),
      tolerance: besu.genesisValidators.apply((validators) => crashTolerance(validators.length)),
    },
  };
}

/** The one place that asks which cloud a region is on. */
function createSite(networkName: string, reclaimPolicy: "Retain" | "Delete", config: RegionConfig): Site {
  const { name, validators, rpcNodes } = config;
  switch (config.cloud) {
    case "azure": {
      const location = config.location ?? name;
      const region = new AzureRegion(name, { network: networkName, location, cidr: config.cidr, validators });
      const cluster = new AksCluster(name, {
        ...config,
        network: networkName,
        region,
        location,
        reclaimPolicy,
      });
      return { name, region, cluster, rpcNodes };
    }
    case "aws": {
      const location = config.location ?? name;
      const region = new AwsRegion(name, { network: networkName, location, cidr: config.cidr, validators });
      const cluster = new EksCluster(name, { ...config, network: networkName, region, reclaimPolicy });
      return { name, region, cluster, rpcNodes };
    }
    case "kubernetes":
      return {
        name,
        region: new KubernetesRegion(name, { p2pAddresses: config.p2pAddresses, validators }),
        cluster: new ExistingCluster(name, config),
        rpcNodes,
      };
  }
}

function chainParameters(config: Config["network"]): ChainParameters {
  return {
    chainId: config.chainId,
    blockPeriodSeconds: config.blockPeriodSeconds,
    requestTimeoutSeconds: config.requestTimeoutSeconds ?? 2 * config.blockPeriodSeconds,
    epochLength: config.epochLength,
    gasLimit: config.gasLimit,
    alloc: config.alloc as Record<Address, string>,
  };
}

function warnBeyondTested(config: Config): void {
  const validators = config.regions.reduce((sum, region) => sum + region.validators, 0);
  if (validators > MOST_TESTED_VALIDATORS) {
    pulumi.log.warn(
      `${validators} validators: no published test of QBFT goes beyond ${MOST_TESTED_VALIDATORS}; measure block times before you rely on it.`,
    );
  }
}
