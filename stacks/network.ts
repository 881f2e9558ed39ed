import { setImmediate as nextTurn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { ChainParameters } from "../components/besu/genesis";
import { Chain } from "../components/besu/genesis-resource";
import type { Site } from "../components/besu/network";
import { crashTolerance, MOST_TESTED_VALIDATORS, quorum } from "../components/besu/quorum";
import type { Config } from "./config/schema";

/** The network stack: regions, clusters and the Besu network over them. Returns the stack's outputs. */
export async function network(config: Config) {
  const { name } = config.network;
  const chain = new Chain(name, chainParameters(config.network));
  const accepted = new Promise((resolve) => chain.urn.apply(resolve));
  // The clouds' SDKs take half a second to load: time that the engine needs for the chain anyway.
  const { BesuNetwork } =
    require("../components/besu/network") as typeof import("../components/besu/network");
  const { createSite } = require("./site") as typeof import("./site");
  // Nothing else is registered until the chain has accepted its parameters.
  await accepted;

  const sites: Site[] = [];
  for (const region of config.regions) {
    sites.push(createSite(name, config.besu.reclaimPolicy, region));
    // Registering hundreds of resources takes seconds: the first regions' are sent off meanwhile.
    await nextTurn();
  }
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
