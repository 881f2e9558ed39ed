import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { NetworkNodes } from "../../components/besu/nodes/network-nodes";
import { NodeConnections } from "../../components/besu/nodes/node-connections";
import { LeaseBoard, type OtherPlace } from "../../components/besu/tickets/lease-board";
import { UpdateTickets } from "../../components/besu/tickets/update-tickets";
import type { GateArgs, OtherRuns } from "../../components/besu/update-gate";
import type { RestartAllowance } from "../../components/besu/votes/allowance";
import type { Cluster } from "../../components/cluster";
import { type ClusterAccess, openCluster } from "../../components/cluster/client-config";
import { valueIfKnown } from "../../components/engine/known";
import { memoizeSuccess } from "../../components/memoize-success";
import { fullName, validatorName } from "../../components/naming";
import type { Config } from "../config/schema";
import type { ShardName } from "../config/written/shard-name";
import { readRegionNodes } from "./stack-outputs";

/** What {@link OtherShards} needs beside the config. */
export interface OtherShardsArgs {
  /** The nodes that the run asks. Those of the other regions are added. */
  readonly nodes: NetworkNodes;
  /** The addresses of the validators of all regions, as the network's stack has them. */
  readonly validators: Readonly<Record<string, readonly Address[]>>;
}

/**
 * The other regions of a network, for the run of one region's stack that updates validators: their nodes are asked how the chain is, and
 * their runs are told what this one updates. How they are reached is in the outputs of their stacks, which are read when the first
 * update waits.
 */
export class OtherShards implements OtherRuns {
  readonly #network: string;
  readonly #name: ShardName;
  readonly #args: OtherShardsArgs;
  readonly #regions: readonly string[];
  #places: Promise<readonly OtherPlace[]> | undefined;
  #tickets: UpdateTickets | undefined;
  #counted: ReadonlySet<string> = new Set();
  readonly #told = new Set<string>();

  constructor({ network, regions }: Config, name: ShardName, args: OtherShardsArgs) {
    this.#network = network.name;
    this.#name = name;
    this.#args = args;
    const configured = regions.map((region) => region.name);
    const removed = Object.keys(args.validators).filter((region) => !configured.includes(region));
    this.#regions = [...configured, ...removed];
  }

  /**
   * Says in which cluster this run keeps its own tickets. Called once.
   *
   * @param cluster the region's. It may itself wait for the gate, so the outputs of the last run say first how it is reached.
   */
  openTickets(cluster: Pick<Cluster, "kubeconfig" | "context">): void {
    const { parent, region } = this.#name;
    const open = memoizeSuccess(async (name: string) => {
      const last = await readRegionNodes({ parent, region: name });
      return openCluster(last?.access ?? (await accessTo(cluster)));
    });
    const own = { region, namespace: fullName(this.#network, region), cluster: () => open(region) };
    this.#tickets = new UpdateTickets(new LeaseBoard(own, () => this.#otherPlaces()));
  }

  /** Resolves in a preview when the nodes of all regions can be asked. */
  async settled(): Promise<void> {
    await this.#otherPlaces();
    await this.#args.nodes.settled();
  }

  /** The allowance of all runs together: what the others have under update is down for that reason. */
  including(limit: GateArgs["allowance"]): GateArgs["allowance"] {
    return async (updating) => {
      await this.#otherPlaces();
      this.#counted = (await this.#tickets?.elsewhere()) ?? new Set();
      return limit(new Set([...updating, ...this.#counted]));
    };
  }

  readonly claim = async (name: string, { atOnce, chain }: RestartAllowance): Promise<boolean> => {
    const counted = this.#counted;
    const isDown = (region: string) =>
      chain !== undefined &&
      (this.#args.validators[region] ?? []).every((_, index) => {
        const validator = validatorName(region, index);
        return chain.down.has(validator) || chain.withoutVote.has(validator);
      });
    const isGranted = (await this.#tickets?.claim(name, { atOnce, counted, isDown })) ?? false;
    if (!isGranted && !this.#told.has(name)) {
      this.#told.add(name);
      const others = [...counted].sort().join(", ");
      pulumi.log.info(`${name} waits for other runs${others === "" ? "" : `, which update ${others}`}.`);
    }
    return isGranted;
  };

  readonly release = async (name: string): Promise<void> => {
    // A ticket that cannot be given back now counts until it is not renewed any more.
    await this.#tickets?.release(name).catch(() => undefined);
  };

  #otherPlaces(): Promise<readonly OtherPlace[]> {
    this.#places ??= this.#findPlaces();
    this.#places.catch(() => {
      this.#places = undefined;
    });
    return this.#places;
  }

  async #findPlaces(): Promise<readonly OtherPlace[]> {
    const { parent, region: own } = this.#name;
    const others = this.#regions.filter((region) => region !== own);
    const read = await Promise.all(others.map((region) => readRegionNodes({ parent, region })));
    const places = others.map(async (region, index): Promise<OtherPlace[]> => {
      const addresses = this.#args.validators[region] ?? [];
      const access = read[index]?.access;
      if (access === undefined) {
        this.#args.nodes.addUnreached(
          region,
          addresses,
          "is in a region whose stack does not say how to reach it",
        );
        return [];
      }
      const cluster = { kubeconfig: pulumi.output(access.kubeconfig), context: access.context };
      await this.#args.nodes.add({
        name: region,
        cluster,
        addresses: addresses.map((address) => pulumi.output(address)),
      });
      const connections = new NodeConnections(access);
      return [
        {
          region,
          namespace: access.namespace,
          cluster: () => connections.cluster(),
          goesFirst: this.#regions.indexOf(region) < this.#regions.indexOf(own),
        },
      ];
    });
    return (await Promise.all(places)).flat();
  }
}

/** @throws Error if the cluster is not known soon, because it waits for the gate itself. */
async function accessTo({
  kubeconfig,
  context,
}: Pick<Cluster, "kubeconfig" | "context">): Promise<ClusterAccess> {
  const [known] = await Promise.race([
    valueIfKnown(kubeconfig),
    pause(KNOWN_SECONDS * 1000, [], { ref: false }),
  ]);
  if (known === undefined) {
    throw new Error("the outputs of the last run do not say how the cluster is reached");
  }
  return { kubeconfig: known, context };
}

/** A cluster that is not updated is known within seconds. */
const KNOWN_SECONDS = 60;
