import { setImmediate as nextTurn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { ChainParameters } from "../components/besu/genesis/genesis";
import { Chain, type ChainArgs } from "../components/besu/genesis/genesis-resource";
import type { Site } from "../components/besu/network";
import { crashTolerance, MOST_TESTED_VALIDATORS, quorum } from "../components/besu/quorum";
import { faultsOf } from "../components/besu/release/faults";
import type { Release } from "../components/besu/release/release";
import { UpdateGate, updateWidth } from "../components/besu/update-gate";
import { nodeUpdateHooks } from "../components/besu/update-hooks";
import { ChainfleetError } from "../components/error";
import { softwareOf } from "./config/besu-rules";
import type { Config } from "./config/schema";
import type { CloudAnswers } from "./site";

/**
 * Registers the resources of the network stack: regions, clusters and the Besu network.
 *
 * @returns the stack's outputs.
 */
export async function network(config: Config) {
  const { name } = config.network;
  const parameters = chainParameters(config.network);
  const software = softwareOf(config.besu);
  const chain = new Chain(name, { parameters, software, ...reclaimPolicyOf(config) });
  const chainAccepted = new Promise((resolve) => chain.urn.apply(resolve));
  // Loading the clouds' SDKs takes half a second, in which the engine checks the chain.
  const { BesuNetwork } =
    require("../components/besu/network") as typeof import("../components/besu/network");
  const { createSite } = require("./site") as typeof import("./site");
  // No other resource is registered until the check of the chain has accepted its parameters.
  await chainAccepted;
  const answers = await surveyRegions(config);

  const validators = config.regions.reduce((sum, region) => sum + region.validators, 0);
  const updateGate = new UpdateGate(updateWidth(validators));
  const shared = {
    network: name,
    reclaimPolicy: config.besu.reclaimPolicy,
    updateHooks: nodeUpdateHooks(updateGate),
  };
  const sites: Site[] = [];
  for (const [index, region] of config.regions.entries()) {
    sites.push(createSite(shared, region, answers[index] ?? { kind: "none" }));
    // Registering hundreds of resources takes seconds. Yielding sends the requests of the first regions at once.
    await nextTurn();
  }
  const besu = new BesuNetwork(`${name}-besu`, {
    network: name,
    chain,
    sites,
    updateGate,
    image: config.besu.image,
    release: software.release,
    options: config.besu.options,
    monitoringNamespaces: config.besu.monitoringNamespaces,
    validator: config.besu.validator,
    rpc: config.besu.rpc,
    rpcHosts: config.besu.rpcHosts,
  });
  warnOfUntestedSize(validators);
  warnOfFaults(software.release, parameters);
  warnOfMissingEther(config.network);

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
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    epochLength: config.epochLength,
    gasLimit: config.gasLimit,
    alloc: config.alloc as Record<Address, string>,
    deterministicDeployer: config.deterministicDeployer,
  };
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

/**
 * Asks all clouds at the same time what the regions depend on.
 *
 * @throws ChainfleetError with the problems of all regions. Nothing has been created then.
 */
async function surveyRegions(config: Config): Promise<CloudAnswers[]> {
  const { surveyRegion } = require("./site") as typeof import("./site");
  const surveys = await Promise.allSettled(
    config.regions.map((region) => surveyRegion(config.network.name, region)),
  );
  const failures = surveys.flatMap((survey) => (survey.status === "rejected" ? [survey.reason] : []));
  if (failures.length > 0) {
    throw failures.length === 1 ? failures[0] : severalFailures(failures);
  }
  const surveyed = surveys.flatMap((survey) => (survey.status === "fulfilled" ? [survey.value] : []));
  const problems = surveyed.flatMap((region, index) =>
    region.problems.map((problem) => `  chainfleet:regions[${index}] ${problem}`),
  );
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "REGIONS_IMPOSSIBLE",
      summary: `The clouds would refuse regions of the network as they are configured; nothing was changed.\n${problems.join("\n")}`,
      next: "Correct the regions. If a quota is too small: ask for a larger one, or configure fewer validators or smaller machines.",
    });
  }
  return surveyed.map(({ answers }) => answers);
}

function severalFailures(failures: readonly unknown[]): ChainfleetError {
  const texts = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new ChainfleetError({
    code: "REGIONS_UNKNOWN",
    summary: `The clouds of ${failures.length} regions did not tell what the regions depend on; nothing was changed.\n${texts.join("\n")}`,
    cause: failures[0],
  });
}

function warnOfUntestedSize(validators: number): void {
  if (validators > MOST_TESTED_VALIDATORS) {
    pulumi.log.warn(
      `The network has ${validators} validators, but no published test of QBFT has more than ${MOST_TESTED_VALIDATORS}. Measure block times before you rely on the network.`,
    );
  }
}

/** Ether enters a chain only through its genesis, because a QBFT block has no reward. */
function warnOfMissingEther({ alloc, deterministicDeployer }: Config["network"]): void {
  if (Object.values(alloc).some((wei) => BigInt(wei) > 0n)) {
    return;
  }
  pulumi.log.warn(
    [
      "network.alloc gives no account ether, and no block creates ether: nobody will ever have any on this chain.",
      "Gas is free, so transactions work, but nobody can wrap ether or pay a value.",
      ...(deterministicDeployer
        ? []
        : [
            "The chain has no deterministic deployer either, and nobody can pay for its transaction: deploy contracts with create: create.",
          ]),
      "A genesis block cannot change. Before the first up, set network.alloc.",
    ].join(" "),
  );
}
