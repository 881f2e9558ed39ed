import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { validatorPodsIn } from "../components/besu/chain-view/until-back";
import { NetworkNodes } from "../components/besu/nodes/network-nodes";
import { BesuSite } from "../components/besu/site";
import { UpdateGate } from "../components/besu/update-gate";
import { nodeUpdateHooks, validatorUpdateHooks, volumeExpansionHooks } from "../components/besu/update-hooks";
import { ONE_AT_A_TIME, oneAtMost } from "../components/besu/votes/allowance";
import { ChainfleetError } from "../components/error";
import { Governor } from "../components/governor/governor";
import type { P2pEndpoint } from "../components/region";
import { restartLimit } from "./chain/votes";
import { softwareOf } from "./config/fields/besu";
import type { Config } from "./config/schema";
import type { ShardName } from "./config/written/shard-name";
import { monitorRegions } from "./monitoring";
import { acceptedConfig, nodeAccess, nodesOfNetwork, oneByOne, regionOutputs, validatorsOf } from "./regions";
import { readShardInputs, type SharedRegion } from "./shard-inputs";
import { answersOf, type CloudAnswers, createCluster, createKeyStore, type PlacedRegion } from "./site";
import { surveyRegions } from "./survey";

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
  const runningNodes = new NetworkNodes(config.network.name, validatorsOf(config));
  // Other stacks may update validators at the same time, and their runs count one validator for each stack.
  const limit = restartLimit({
    nodes: runningNodes,
    requestTimeoutSeconds: config.network.requestTimeoutSeconds,
    withoutChain: async () => ONE_AT_A_TIME,
  });
  const gate = new UpdateGate({
    allowance: async (updating) => oneAtMost(await limit(updating)),
    regions: [region.name],
  });
  const governor = new Governor(config.rateGovernor);
  const placed = placedRegion(region, inputs.region, answers ?? { kind: "none" });
  const shared = {
    network: config.network.name,
    reclaimPolicy: config.besu.reclaimPolicy,
    keyStore: config.besu.keyStore,
    governor,
    keptMachines: {},
    updateHooks: nodeUpdateHooks(gate, governor.retry),
  };
  const cluster = createCluster(shared, placed);
  const validators = inputs.region.validators as Address[];
  runningNodes.add({
    name: region.name,
    cluster,
    addresses: validators.map((address) => pulumi.output(address)),
  });
  const site = new BesuSite(
    region.name,
    {
      ...nodesOfNetwork(config, softwareOf(config.besu).release),
      genesisFile: inputs.files.genesis,
      cluster,
      p2pEndpoints: placed.region.p2pEndpoints,
      privateKeys: inputs.privateKeys,
      keyStore: createKeyStore(shared, placed, cluster, validators),
      // Nobody votes where each region has a stack of its own, so that nobody else waits.
      joinsLivingChain: () => false,
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
  const { monitoring: settings } = config;
  const monitoring = monitorRegions(
    settings === undefined ? config : { ...config, monitoring: { ...settings, receiver: inputs.receiver } },
    governor,
    [{ region, cluster, namespace: nodes.namespace, validators: inputs.region.validators as Address[] }],
  );
  return {
    ...monitoring,
    regions: [
      regionOutputs(region, {
        cluster: cluster.clusterName,
        validators: pulumi.output(validators),
        rpcUrl: nodes.rpcUrl,
      }),
    ],
    access: { [region.name]: nodeAccess(cluster, nodes) },
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

/** The region that another stack has created. */
function placedRegion(
  config: Config["regions"][0],
  shared: SharedRegion,
  answers: CloudAnswers,
): PlacedRegion {
  const p2pEndpoints = shared.p2pEndpoints.map(asEndpoint);
  if (config.cloud === "azure" && shared.cloud === "azure") {
    const { resourceGroupName, systemSubnetId, validatorsSubnetId, clusterIdentityId, diskGroupName } =
      shared;
    return {
      config,
      provider: answersOf("azure", config, answers).provider,
      region: {
        resourceGroupName: pulumi.output(resourceGroupName),
        systemSubnetId: pulumi.output(systemSubnetId),
        validatorsSubnetId: pulumi.output(validatorsSubnetId),
        clusterIdentityId: pulumi.output(clusterIdentityId),
        diskGroupName: pulumi.output(diskGroupName),
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
