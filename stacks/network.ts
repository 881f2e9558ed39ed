import * as pulumi from "@pulumi/pulumi";
import type { ChainParameters } from "../components/besu/genesis/genesis";
import { Chain, type ChainArgs } from "../components/besu/genesis/genesis-resource";
import { MOST_TESTED_VALIDATORS, quorum } from "../components/besu/quorum";
import { faultsOf } from "../components/besu/release/faults";
import { unlistedReleaseWarning } from "../components/besu/release/listed-releases";
import type { Release } from "../components/besu/release/release";
import { marginOf } from "../components/besu/votes/votes";
import { validatorNames } from "../components/naming";
import { ChainCreation, keyCreationHooks, keysInClusters, requireNoKeys } from "./chain/living-chain";
import { missingEtherWarning } from "./chain/missing-ether";
import { tellVotes } from "./chain/votes";
import { chainParameters } from "./config/chain-parameters";
import { softwareOf } from "./config/fields/besu";
import type { Config, RegionConfig } from "./config/schema";
import { placementOf } from "./placement";

/**
 * Registers the resources of the network stack: regions, and the Besu network in them. With `sharding: region`, clusters
 * and nodes are left to the stacks of the regions.
 *
 * @returns the stack's outputs, the health gate if the config has one, and when the engine is asked for the clusters.
 */
export async function network(config: Config) {
  const { name } = config.network;
  const parameters = chainParameters(config.network);
  const software = softwareOf(config.besu);
  const creation = new ChainCreation();
  const chain = new Chain(
    "chain",
    {
      parameters,
      software,
      ...reclaimPolicyOf(config),
      validators: config.regions.flatMap(validatorNames),
      placement: placementOf(config),
      ...(config.sharding === "region" ? { sharding: config.sharding } : {}),
    },
    // The resource once had the network's name, and a network with another name was not compared with the existing one.
    { aliases: [{ name }], hooks: creation.hooks },
  );
  const chainAccepted = new Promise((resolve) => chain.urn.apply(resolve));
  // Loading the clouds' SDKs takes half a second, in which the engine checks the chain.
  const { deployRegions } = require("./regions") as typeof import("./regions");
  const { shareRegions } = require("./shards/share-regions") as typeof import("./shards/share-regions");
  const { surveyRegions } = require("./survey") as typeof import("./survey");
  // No other resource is registered until the check of the chain has accepted its parameters, and a new chain until no
  // cluster has keys of the network.
  await Promise.race([chainAccepted, creation.begins]);
  const stack = pulumi.getStack();
  const preliminaries = await creation.holdUntil(async () => {
    const regions =
      config.sharding === "region" && !creation.isBegun ? await regionsOfStack(config) : config.regions;
    const whole = { ...config, regions: [...regions] };
    const answers = await surveyRegions(whole, stack);
    const keysOf = keysInClusters(whole, answers);
    if (creation.isBegun) {
      await requireNoKeys(config, keysOf, stack);
    }
    return { regions, answers, keyHooks: keyCreationHooks(whole, keysOf, stack) };
  });
  await chainAccepted;
  const createRegions = config.sharding === "region" ? shareRegions : deployRegions;
  const { besu, votes, health, clustersRequested, outputs } = await createRegions(
    config,
    chain,
    preliminaries,
  );
  warnOfUntestedSize(config.regions.reduce((sum, { validators }) => sum + validators, 0));
  warnOfFaults(software.release, parameters);
  warnOfUnlistedRelease(software.release);
  const missingEther = missingEtherWarning(config.network);
  if (missingEther !== undefined) {
    pulumi.log.warn(missingEther);
  }
  const { genesisHash } = besu;
  tellVotes(votes, besu, config.regions);
  return {
    health,
    clustersRequested,
    outputs: {
      ...outputs,
      chain: {
        id: config.network.chainId,
        genesisHash,
        // The validators with a vote; those of the config are in the regions.
        validators: votes.apply(({ voters }) => voters),
        lostValidators: votes.apply(({ lost }) => lost),
        quorum: votes.apply(({ total }) => quorum(total)),
        tolerance: votes.apply((counts) => Math.max(0, marginOf(counts))),
      },
    },
  };
}

/** The regions of a network's stack whose regions have stacks of their own. */
async function regionsOfStack(config: Config): Promise<readonly RegionConfig[]> {
  const { regionsHeld } = require("./shards/regions-held") as typeof import("./shards/regions-held");
  return regionsHeld(config.regions);
}

/** Only the clusters that the program creates get a storage class. */
function reclaimPolicyOf({ besu, regions }: Config): Pick<ChainArgs, "reclaimPolicy"> {
  return regions.some(({ cloud }) => cloud !== "kubernetes") ? { reclaimPolicy: besu.reclaimPolicy } : {};
}

/** A chain may keep a release whose faults were found later, but its operators should know them. */
function warnOfFaults(release: Release, parameters: ChainParameters): void {
  for (const { effect, source, fixedIn } of faultsOf(release, parameters)) {
    pulumi.log.warn(`Besu ${release} ${effect} (${source}). Besu ${fixedIn} does not.`);
  }
}

function warnOfUnlistedRelease(release: Release): void {
  const warning = unlistedReleaseWarning(release);
  if (warning !== undefined) {
    pulumi.log.warn(warning);
  }
}

function warnOfUntestedSize(validators: number): void {
  if (validators > MOST_TESTED_VALIDATORS) {
    pulumi.log.warn(
      `The network has ${validators} validators, but no published test of QBFT has more than ${MOST_TESTED_VALIDATORS}. Measure block times before you rely on the network.`,
    );
  }
}
