import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Chain } from "../../components/besu/genesis/genesis-resource";
import { BesuNetwork } from "../../components/besu/network";
import { rpcUrlOf } from "../../components/besu/options/hosts";
import { staticNodesFile } from "../../components/besu/static-nodes";
import { valueIfKnown } from "../../components/engine/known";
import { Governor } from "../../components/governor/governor";
import { fullName } from "../../components/naming";
import type { P2pEndpoint } from "../../components/region";
import { votesOf } from "../chain/votes";
import type { Config } from "../config/schema";
import {
  acceptedConfig,
  addressesOf,
  inTurns,
  keysOf,
  type Preliminaries,
  regionOutputs,
  votesInRegion,
} from "../regions";
import { clusterNameOf, createRegion, type PlacedRegion } from "../site";
import { closeNetwork } from "./close-network";
import { SHARD_OUTPUTS } from "./shard-inputs";

/**
 * Creates what the regions share, and tells the stacks of the regions what they need of it. The clusters and the nodes are
 * in these stacks. Once all of them have the nodes that the config describes, the chain's validators become those of the config, and
 * the health gate looks at all regions.
 *
 * @param preliminaries.regions those of the config, and what has left it and still runs.
 */
export async function shareRegions(
  config: Config,
  chain: Chain,
  { answers, keyHooks, regions: held }: Preliminaries,
) {
  const { name } = config.network;
  const { reclaimPolicy, keyStore } = config.besu;
  const governor = new Governor(config.rateGovernor);
  const regions = await inTurns(held, (region, index) =>
    createRegion(
      { network: name, reclaimPolicy, keyStore, governor },
      region,
      answers[index] ?? { kind: "none" },
    ),
  );
  const [isVoted = false] = await valueIfKnown(chain.isVoted);
  const besu = new BesuNetwork(`${name}-besu`, { chain, regions: held, isVoted, keyHooks });
  // Those that leave dial the others.
  const staticNodes = staticNodesFile(
    config.regions.flatMap(({ validators }, index) =>
      keysOf(besu, index)
        .slice(0, validators)
        .map(({ nodeId }, validator) => ({
          nodeId,
          address: regions[index]?.region.p2pEndpoints[validator]?.address ?? "",
        })),
    ),
  );
  const { chainValidators, health, isReleased, outputs } = await closeNetwork(config, { chain, besu, held });
  const votes = votesOf(besu, chainValidators);
  const shared = regions.flatMap((placed, index) => {
    const configured = config.regions[index];
    const validators = isReleased ? (configured?.validators ?? 0) : placed.config.validators;
    return isReleased && configured === undefined ? [] : [{ placed, index, validators }];
  });
  const [founders] = isVoted ? await valueIfKnown(chain.founders) : [];
  return {
    besu,
    votes,
    health,
    // The clusters are in the stacks of the regions.
    clustersRequested: Promise.resolve(),
    outputs: {
      regions: config.regions.map((region, index) =>
        regionOutputs(region, {
          cluster: clusterNameOf(name, region),
          validators: addressesOf(besu, index).apply((addresses) => addresses.slice(0, region.validators)),
          votes: votesInRegion(votes, index),
          rpcUrl: region.rpcNodes > 0 ? rpcUrlOf(fullName(name, region.name)) : undefined,
        }),
      ),
      [SHARD_OUTPUTS.files]: {
        accepted: acceptedConfig(config),
        genesis: besu.genesisFile,
        staticNodes,
        ...(founders === undefined ? {} : { founders }),
      },
      [SHARD_OUTPUTS.regions]: Object.fromEntries(
        shared.map(({ placed, index, validators }) => [
          placed.config.name,
          sharedOutputs(placed, addressesOf(besu, index), validators),
        ]),
      ),
      [SHARD_OUTPUTS.held]: held,
      ...outputs,
      ...(config.monitoring?.receiver === undefined
        ? {}
        : { [SHARD_OUTPUTS.receiver]: pulumi.secret(config.monitoring.receiver) }),
      [SHARD_OUTPUTS.keys]: pulumi.secret(
        Object.fromEntries(
          shared.map(({ placed, index, validators }) => [
            placed.config.name,
            keysOf(besu, index)
              .slice(0, validators)
              .map(({ privateKey }) => privateKey),
          ]),
        ),
      ),
    },
  };
}

/**
 * What the stack of a region needs to know of the region, see `SharedRegion`.
 *
 * @param count the number of validators that the region's stack should have.
 */
function sharedOutputs(
  { config, region }: PlacedRegion,
  validators: pulumi.Output<Address[]>,
  count: number,
): object {
  const common = {
    cloud: config.cloud,
    validators: validators.apply((addresses) => addresses.slice(0, count)),
    p2pEndpoints: region.p2pEndpoints.slice(0, count).map(plainEndpoint),
    // A cloud that makes a pool smaller chooses the machine itself, so the pool shrinks when as many machines are empty.
    ...(count < config.validators ? { machines: config.validators } : {}),
  };
  if ("resourceGroupName" in region) {
    const { resourceGroupName, systemSubnetId, validatorsSubnetId, clusterIdentityId, diskGroupName } =
      region;
    return {
      ...common,
      resourceGroupName,
      systemSubnetId,
      validatorsSubnetId,
      validatorZones: [...region.validatorZones],
      clusterIdentityId,
      diskGroupName,
    };
  }
  if ("securityGroupId" in region) {
    const { securityGroupId, zones } = region;
    return { ...common, securityGroupId, zones };
  }
  return common;
}

/** An endpoint without the fields that it does not have. */
function plainEndpoint({ address, zone, annotations, loadBalancerIP }: P2pEndpoint): object {
  return {
    address,
    annotations,
    ...(zone === undefined ? {} : { zone }),
    ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
  };
}
