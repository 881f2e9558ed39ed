import { setImmediate as nextTurn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import pDefer from "p-defer";
import type { Address } from "viem";
import { validatorPodsIn } from "../components/besu/chain-view/until-back";
import type { Chain } from "../components/besu/genesis/genesis-resource";
import type { NetworkHealth } from "../components/besu/health/network-health";
import { revisionOf } from "../components/besu/health/revision";
import { ValidatorSet } from "../components/besu/membership/validator-set";
import { BesuNetwork } from "../components/besu/network";
import { NetworkNodes } from "../components/besu/nodes/network-nodes";
import type { Release } from "../components/besu/release/release";
import { BesuSite, type NetworkNodesArgs, type SiteNodes } from "../components/besu/site";
import { staticNodesFile } from "../components/besu/static-nodes";
import { UpdateGate } from "../components/besu/update-gate";
import { nodeUpdateHooks, validatorUpdateHooks, volumeExpansionHooks } from "../components/besu/update-hooks";
import { ONE_AT_A_TIME } from "../components/besu/votes/allowance";
import type { Cluster } from "../components/cluster";
import { isKnown, valueIfKnown } from "../components/engine/known";
import { Governor } from "../components/governor/governor";
import { validatorName } from "../components/naming";
import { createHealthGate } from "./chain/health-gate";
import { requiringChange, tellMembership } from "./chain/membership";
import {
  configuredLimit,
  holdingRemovalsBack,
  type NetworkVotes,
  restartLimit,
  tellRestarts,
  votesOf,
} from "./chain/votes";
import { selectionOf } from "./config/chain-parameters";
import { softwareOf } from "./config/fields/besu";
import type { Config, RegionConfig } from "./config/schema";
import { type MonitoringOutputs, monitorRegions } from "./monitoring";
import { checkHealthOfWaves } from "./order/health-checks";
import { wavesOf } from "./order/waves";
import { type CloudAnswers, clusterRequested, createCluster, createKeyStore, createRegion } from "./site";

/** The Besu network with the outputs of its stack that concern regions. */
export interface CreatedRegions {
  readonly besu: BesuNetwork;
  readonly votes: pulumi.Output<NetworkVotes>;
  /** Undefined if the config has no health gate. */
  readonly health: NetworkHealth | undefined;
  /** Fulfilled when the engine is asked for the clusters of all regions that have not failed before. */
  readonly clustersRequested: Promise<unknown>;
  readonly outputs: MonitoringOutputs & {
    readonly regions: readonly RegionOutputs[];
    /** By the name of the region. Absent if the regions have stacks of their own, whose outputs have it. */
    readonly access?: Readonly<Record<string, NodeAccess>>;
  };
}

/** How commands that operate a region's nodes reach them. An output of its own, because the kubeconfig may be secret. */
export interface NodeAccess {
  /** The content of the kubeconfig, or the path of the file that has it as the config has it, for `clientConfig`. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The kubeconfig's context to use. Undefined: the current context. */
  readonly context?: string;
  readonly namespace: pulumi.Output<string>;
}

/** What a stack's outputs say about a region. */
export interface RegionOutputs {
  readonly name: string;
  readonly cloud: RegionConfig["cloud"];
  readonly cluster: pulumi.Input<string>;
  /** The addresses of the region's validators, with a vote or without. */
  readonly validators: pulumi.Output<Address[]>;
  /** How many of them have a vote. Undefined in the stack of a single region, which does not know it. */
  readonly votes?: pulumi.Output<number>;
  /** Undefined if the region has no RPC nodes. */
  readonly rpcUrl: pulumi.Input<string> | undefined;
}

/** What is known before anything is created. */
export interface Preliminaries {
  /** The regions of the network's stack: those of the config, then those that have left it and still run. */
  readonly regions: readonly RegionConfig[];
  /** The answers of their clouds, in their order. */
  readonly answers: readonly CloudAnswers[];
  /** From `keyCreationHooks`. */
  readonly keyHooks: pulumi.ResourceHookBinding;
}

/** Creates the regions with their clusters and nodes in this stack. */
export async function deployRegions(
  config: Config,
  chain: Chain,
  { answers, keyHooks }: Preliminaries,
): Promise<CreatedRegions> {
  const { name } = config.network;
  const { reclaimPolicy, keyStore } = config.besu;
  const registeredVotes = pDefer<pulumi.Output<NetworkVotes>>();
  const runningNodes = new NetworkNodes(name, validatorsOf(config));
  const gate = new UpdateGate({
    allowance: restartLimit({
      nodes: runningNodes,
      requestTimeoutSeconds: config.network.requestTimeoutSeconds,
      withoutChain: configuredLimit(chain, config.regions, registeredVotes.promise),
    }),
    regions: config.regions.map((region) => region.name),
  });
  const governor = new Governor(config.rateGovernor);
  const shared = {
    network: name,
    reclaimPolicy,
    keyStore,
    governor,
    keptMachines: await keptMachinesOf(chain),
    updateHooks: nodeUpdateHooks(gate, governor.retry),
  };
  const regions = await inTurns(config.regions, (region, index) => {
    const placed = createRegion(shared, region, answers[index] ?? { kind: "none" });
    return { placed, cluster: createCluster(shared, placed) };
  });
  await registered(regions.map(({ cluster }) => cluster));
  const [isVoted = false] = await valueIfKnown(chain.isVoted);
  const hasJoined = await joinedBy(chain, isVoted);
  const besu = new BesuNetwork(`${name}-besu`, { chain, regions: config.regions, isVoted, keyHooks });
  for (const [index, { placed, cluster }] of regions.entries()) {
    const addresses = keysOf(besu, index).map(({ address }) => address);
    void runningNodes.add({ name: placed.config.name, cluster, addresses });
  }
  // Once votes have changed the chain's validators, they are those of the config, and the genesis block says nothing about them.
  const knownVotes = votesOf(besu, isVoted ? allAddresses(besu) : besu.genesisValidators);
  registeredVotes.resolve(knownVotes);
  const nodesArgs = {
    ...nodesOfNetwork(config, softwareOf(config.besu).release),
    genesisFile: besu.genesisFile,
    updateHooks: validatorUpdateHooks(
      gate,
      governor.retry,
      validatorPodsIn(
        new Map(regions.map(({ placed, cluster }) => [placed.config.name, cluster])),
        runningNodes,
      ),
    ),
    volumeHooks: volumeExpansionHooks(oneByOne(config), governor.retry),
  };
  const sites = regions.map(
    ({ placed, cluster }, index) =>
      new BesuSite(
        placed.config.name,
        {
          ...nodesArgs,
          cluster,
          p2pEndpoints: placed.region.p2pEndpoints,
          privateKeys: keysOf(besu, index).map(({ privateKey }) => privateKey),
          keyStore: createKeyStore(
            shared,
            placed,
            cluster,
            keysOf(besu, index).map(({ address }) => address),
          ),
          joinsLivingChain: (validator) => hasJoined(validatorName(placed.config.name, validator)),
          rpcNodes: placed.config.rpcNodes,
        },
        { transformations: [governor.binding()] },
      ),
  );
  const staticNodes = staticNodesFile(
    sites.flatMap(({ p2pAddresses }, index) =>
      keysOf(besu, index).map(({ nodeId }, validator) => ({
        nodeId,
        address: p2pAddresses[validator] ?? "",
      })),
    ),
  );
  const nodes = sites.map((site) => site.createNodes(staticNodes));
  checkHealthOfWaves(
    name,
    wavesOf(config),
    regions.map(({ placed, cluster }, index) => ({
      name: placed.config.name,
      cluster,
      ...(nodes[index] as SiteNodes),
    })),
  );
  const health = createHealthGate(
    config,
    besu,
    regions.map(({ placed, cluster }, index) => {
      const { namespace, statefulSets } = nodes[index] as SiteNodes;
      return {
        config: placed.config,
        kubeconfig: cluster.kubeconfig,
        context: cluster.context,
        namespace,
        validators: addressesOf(besu, index),
        revision: revisionOf(statefulSets),
      };
    }),
    nodes.flatMap(({ statefulSets }) => [...statefulSets]),
  );
  const monitoring = monitorRegions(
    config,
    governor,
    regions.map(({ placed, cluster }, index) => ({
      region: placed.config,
      cluster,
      namespace: (nodes[index] as SiteNodes).namespace,
      validators: keysOf(besu, index).map(({ address }) => address),
    })),
  );
  const votes = isVoted ? votesOf(besu, changeValidators()) : knownVotes;
  const updated = Promise.all(nodes.flatMap(({ statefulSets }) => statefulSets.map(({ id }) => isKnown(id))));
  tellRestarts(knownVotes, {
    gate,
    updated,
    regions: config.regions.map((region) => region.name),
    nodes: runningNodes,
  });
  return {
    besu,
    votes: holdingRemovalsBack(votes, gate, updated),
    health,
    clustersRequested: Promise.all(regions.map(({ placed }) => clusterRequested(placed))),
    outputs: {
      regions: regions.map(({ placed, cluster }, index) =>
        regionOutputs(placed.config, {
          cluster: cluster.clusterName,
          validators: addressesOf(besu, index),
          votes: votesInRegion(votes, index),
          rpcUrl: nodes[index]?.rpcUrl,
        }),
      ),
      access: Object.fromEntries(
        regions.map(({ placed, cluster }, index) => [
          placed.config.name,
          nodeAccess(cluster, nodes[index] as SiteNodes),
        ]),
      ),
      ...monitoring,
    },
  };

  /** @returns the chain's validators once they are those of the config. */
  function changeValidators(): pulumi.Output<Address[]> {
    const members = regions.map(({ placed, cluster }, index) => ({
      name: placed.config.name,
      ...nodeAccess(cluster, nodes[index] as SiteNodes),
      validators: keysOf(besu, index).map(({ address }) => address),
    }));
    tellMembership(members, besu.genesisNames, runningNodes);
    const made = new ValidatorSet(
      `${name}-validators`,
      { regions: members, change: chain.validatorChanges, ...selectionOf(config.network) },
      { dependsOn: nodes.flatMap(({ statefulSets }) => [...statefulSets]) },
    );
    return requiringChange({ made, wanted: chain.validatorChanges, nodes: runningNodes }, members);
  }
}

/** The machines that validator pools keep until the next run. Says so. */
async function keptMachinesOf(chain: Chain): Promise<Readonly<Record<string, number>>> {
  const [kept = {}] = await valueIfKnown(chain.keptMachines);
  for (const [region, machines] of Object.entries(kept)) {
    pulumi.log.info(
      `${region} keeps ${machines} machines for validators in this run, because a cloud may take one whose validator stays. The next up ` +
        "makes the pool smaller, when the validators that leave are gone.",
    );
  }
  return kept;
}

/**
 * Tells the validators, by name, that have joined the chain after its first block, or are about to. Each change of a StatefulSet
 * restarts nothing, but waits for the gate, so that the answer is the same in every run.
 */
export async function joinedBy(chain: Chain, isVoted: boolean): Promise<(name: string) => boolean> {
  const [founders] = isVoted ? await valueIfKnown(chain.founders) : [];
  return (name) => founders !== undefined && !founders.includes(name);
}

/** The addresses of all validators of the config, ascending. */
export function allAddresses(besu: BesuNetwork): pulumi.Output<Address[]> {
  return pulumi
    .all(besu.keys.flatMap((ofRegion) => ofRegion.map(({ address }) => address)))
    .apply((addresses) => [...addresses].sort());
}

export function nodeAccess(
  { kubeconfig, context }: Pick<Cluster, "kubeconfig" | "context">,
  { namespace }: Pick<SiteNodes, "namespace">,
): NodeAccess {
  return { kubeconfig, namespace, ...(context === undefined ? {} : { context }) };
}

/**
 * Waits until the engine has registered components, which takes a moment, so that the first resources in them are requested before
 * the rest of the graph. While the program registers the rest, a tenth of a second or more, it reads no answer of the engine.
 */
async function registered(components: readonly pulumi.Resource[]): Promise<void> {
  await Promise.all(components.map(({ urn }) => new Promise((resolve) => urn.apply(resolve))));
}

/** Registering hundreds of resources takes seconds. Yielding sends the requests of the first regions at once. */
export async function inTurns<Result>(
  regions: readonly RegionConfig[],
  create: (region: RegionConfig, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, region] of regions.entries()) {
    results.push(create(region, index));
    await nextTurn();
  }
  return results;
}

export function keysOf({ keys }: BesuNetwork, region: number): BesuNetwork["keys"][number] {
  return keys[region] ?? [];
}

export function addressesOf(besu: BesuNetwork, region: number): pulumi.Output<Address[]> {
  return pulumi.all(keysOf(besu, region).map(({ address }) => address));
}

export function votesInRegion(votes: pulumi.Output<NetworkVotes>, region: number): pulumi.Output<number> {
  return votes.apply(({ byRegion }) => byRegion[region] ?? 0);
}

/** What the nodes of all regions have in common, as far as the config says it. */
export function nodesOfNetwork(
  config: Config,
  release: Release,
): Omit<NetworkNodesArgs, "genesisFile" | "updateHooks" | "volumeHooks"> {
  const { image, options, monitoringNamespaces, validator, rpc, rpcHosts } = config.besu;
  return {
    network: config.network.name,
    ...networkSize(config),
    image,
    release,
    options,
    monitoringNamespaces,
    validator,
    rpc,
    rpcHosts,
  };
}

/** A gate that lets one pass at a time, region by region. */
export function oneByOne({ regions }: Config): UpdateGate {
  return new UpdateGate({ allowance: async () => ONE_AT_A_TIME, regions: regions.map(({ name }) => name) });
}

function networkSize(config: Config): Pick<NetworkNodesArgs, "networkValidators" | "networkRpcNodes"> {
  return {
    networkValidators: validatorsOf(config),
    networkRpcNodes: config.regions.reduce((sum, { rpcNodes }) => sum + rpcNodes, 0),
  };
}

/** The number of validators of the whole network. */
export function validatorsOf({ regions }: Config): number {
  return regions.reduce((sum, { validators }) => sum + validators, 0);
}

/** The part of the config that only the network's stack checks, and that the stacks of the regions must not change alone. */
export function acceptedConfig({ besu }: Config): Readonly<Record<string, unknown>> {
  return { software: softwareOf(besu), reclaimPolicy: besu.reclaimPolicy };
}

export function regionOutputs(
  { name, cloud }: RegionConfig,
  created: Omit<RegionOutputs, "name" | "cloud">,
): RegionOutputs {
  return { name, cloud, ...created };
}
