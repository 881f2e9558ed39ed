import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { validatorPodsIn } from "../../components/besu/chain-view/until-back";
import { revisionOf } from "../../components/besu/health/revision";
import { NetworkNodes } from "../../components/besu/nodes/network-nodes";
import { BesuSite } from "../../components/besu/site";
import { UpdateGate } from "../../components/besu/update-gate";
import {
  nodeUpdateHooks,
  validatorUpdateHooks,
  volumeExpansionHooks,
} from "../../components/besu/update-hooks";
import { ONE_AT_A_TIME } from "../../components/besu/votes/allowance";
import { isKnown } from "../../components/engine/known";
import { ChainfleetError } from "../../components/error";
import { Governor } from "../../components/governor/governor";
import { RUN_DIRECTORY } from "../../components/governor/waits";
import { validatorName } from "../../components/naming";
import type { P2pEndpoint } from "../../components/region";
import { restartLimit, tellRestarts } from "../chain/votes";
import { softwareOf } from "../config/fields/besu";
import type { Config, RegionConfig } from "../config/schema";
import type { ShardName } from "../config/written/shard-name";
import { monitorRegions } from "../monitoring";
import {
  acceptedConfig,
  nodeAccess,
  nodesOfNetwork,
  oneByOne,
  regionOutputs,
  validatorsOf,
} from "../regions";
import { answersOf, type CloudAnswers, createCluster, createKeyStore, type PlacedRegion } from "../site";
import { surveyRegions } from "../survey";
import { OtherShards } from "./other-shards";
import { readShardInputs, type SharedRegion } from "./shard-inputs";
import { REGION_OUTPUTS } from "./stack-outputs";

/**
 * Registers the resources of the stack of one region: its cluster and its Besu nodes. What the region shares with others
 * is read from the outputs of the network's stack.
 *
 * @param config the config of the network's stack.
 * @returns the stack's outputs.
 */
export async function shard(config: Config, name: ShardName) {
  const region = config.regions.find((candidate) => candidate.name === name.region) as Config["regions"][0];
  const [inputs, [answers]] = await Promise.all([
    readShardInputs(name),
    surveyRegions({ ...config, regions: [region] }, name.parent),
  ]);
  requireAccepted(config, name, inputs.files.accepted);
  tellOtherConfig(region, name, inputs.region.validators.length);
  const runningNodes = new NetworkNodes(config.network.name, validatorsOf(config));
  const otherRuns = new OtherShards(config, name, { nodes: runningNodes, validators: inputs.validators });
  const limit = restartLimit({
    nodes: runningNodes,
    requestTimeoutSeconds: config.network.requestTimeoutSeconds,
    withoutChain: async () => ONE_AT_A_TIME,
  });
  const gate = new UpdateGate({ allowance: otherRuns.including(limit), regions: [region.name], otherRuns });
  const governor = new Governor(config.rateGovernor);
  const placed = placedRegion(region, inputs.region, answers ?? { kind: "none" });
  const shared = {
    network: config.network.name,
    reclaimPolicy: config.besu.reclaimPolicy,
    keyStore: config.besu.keyStore,
    governor,
    // The network's stack says how many validators the region has, whatever the config says.
    keptMachines: { [region.name]: inputs.region.machines ?? inputs.region.validators.length },
    updateHooks: nodeUpdateHooks(gate, governor.retry),
  };
  const cluster = createCluster(shared, placed);
  const validators = inputs.region.validators as Address[];
  void runningNodes.add({
    name: region.name,
    cluster,
    addresses: validators.map((address) => pulumi.output(address)),
  });
  otherRuns.openTickets(cluster);
  const site = new BesuSite(
    region.name,
    {
      ...nodesOfNetwork(config, softwareOf(config.besu).release),
      genesisFile: inputs.files.genesis,
      cluster,
      p2pEndpoints: placed.region.p2pEndpoints,
      privateKeys: inputs.privateKeys,
      keyStore: createKeyStore(shared, placed, cluster, validators),
      joinsLivingChain: (validator) =>
        inputs.files.founders?.includes(validatorName(region.name, validator)) === false,
      rpcNodes: region.rpcNodes,
      updateHooks: validatorUpdateHooks(
        gate,
        governor.retry,
        validatorPodsIn(new Map([[region.name, cluster]]), runningNodes),
      ),
      volumeHooks: volumeExpansionHooks(oneByOne(config), governor.retry),
    },
    { transformations: [governor.binding()] },
  );
  const nodes = site.createNodes(inputs.files.staticNodes);
  tellRestarts(pulumi.output({ total: validatorsOf(config), present: validatorsOf(config) }), {
    gate,
    updated: Promise.all(nodes.statefulSets.map(({ id }) => isKnown(id))),
    regions: [region.name],
    nodes: { settled: () => otherRuns.settled(), ask: () => runningNodes.ask() },
  });
  const { monitoring: settings } = config;
  const monitoring = monitorRegions(
    settings === undefined ? config : { ...config, monitoring: { ...settings, receiver: inputs.receiver } },
    governor,
    [{ region, cluster, namespace: nodes.namespace, validators: inputs.region.validators as Address[] }],
  );
  return {
    ...monitoring,
    [REGION_OUTPUTS.regions]: [
      regionOutputs(region, {
        cluster: cluster.clusterName,
        validators: pulumi.output(validators),
        rpcUrl: nodes.rpcUrl,
      }),
    ],
    [REGION_OUTPUTS.access]: { [region.name]: nodeAccess(cluster, nodes) },
    [REGION_OUTPUTS.revisions]: { [region.name]: revisionOf(nodes.statefulSets) },
  };
}

/**
 * Checks that the network's stack has accepted what this stack would change: the check of the chain, which knows what the
 * chain runs, is in that stack.
 *
 * @throws ChainfleetError `SHARD_AHEAD`.
 */
function requireAccepted(
  config: Config,
  { parent }: ShardName,
  accepted: Readonly<Record<string, unknown>>,
): void {
  // The engine's outputs have no undefined values.
  const configured = JSON.parse(JSON.stringify(acceptedConfig(config)));
  if (!isDeepStrictEqual(configured, accepted)) {
    throw new ChainfleetError({
      code: "SHARD_AHEAD",
      summary: `The Besu release or the reclaim policy in Pulumi.${parent}.yaml is not the one that the stack "${parent}" has checked last. No resource was changed.`,
      next: `Run the stack of the network first: chainfleet up --stack ${parent}, or pulumi up --stack ${parent}.`,
    });
  }
}

/** The network's stack says how many validators the region has: it knows which of them the chain still has. */
function tellOtherConfig(region: RegionConfig, name: ShardName, validators: number): void {
  if (region.validators !== validators && process.env[RUN_DIRECTORY] === undefined) {
    pulumi.log.info(
      `The number of validators in ${region.name} is ${region.validators} in the config, and ${validators} in this run: those that leave stay until they are ` +
        `voted out, and new ones begin with a run of the stack "${name.parent}". chainfleet up --stack ${name.parent} does all of that.`,
    );
  }
}

/** The region that another stack has created. */
function placedRegion(
  config: Config["regions"][0],
  shared: SharedRegion,
  answers: CloudAnswers,
): PlacedRegion {
  const p2pEndpoints = shared.p2pEndpoints.map(asEndpoint);
  if (config.cloud === "azure" && shared.cloud === "azure") {
    return {
      config,
      provider: answersOf("azure", config, answers).provider,
      region: {
        resourceGroupName: pulumi.output(shared.resourceGroupName),
        systemSubnetId: pulumi.output(shared.systemSubnetId),
        validatorsSubnetId: pulumi.output(shared.validatorsSubnetId),
        validatorZones: shared.validatorZones,
        clusterIdentityId: pulumi.output(shared.clusterIdentityId),
        diskGroupName: pulumi.output(shared.diskGroupName),
        clusterRights: [],
        diskRights: [],
        p2pEndpoints,
      },
    };
  }
  if (config.cloud === "aws" && shared.cloud === "aws") {
    const { provider, admins } = answersOf("aws", config, answers);
    const zones = shared.zones.map(({ zone, publicSubnetId, privateSubnetId, validators }) => ({
      zone: pulumi.output(zone),
      publicSubnetId: pulumi.output(publicSubnetId),
      privateSubnetId: pulumi.output(privateSubnetId),
      validators,
    }));
    return {
      config,
      region: {
        location: config.location,
        provider,
        zones,
        securityGroupId: pulumi.output(shared.securityGroupId),
        egress: [],
        p2pEndpoints,
      },
      admins,
    };
  }
  if (config.cloud === "kubernetes") {
    return { config, region: { p2pEndpoints } };
  }
  throw new TypeError(
    `Region ${config.name} is on ${config.cloud}, but its outputs are of a region on ${shared.cloud}.`,
  );
}

function asEndpoint({
  address,
  zone,
  annotations,
  loadBalancerIP,
}: SharedRegion["p2pEndpoints"][0]): P2pEndpoint {
  return {
    address: pulumi.output(address),
    annotations,
    ...(zone === undefined ? {} : { zone: pulumi.output(zone) }),
    ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
  };
}
