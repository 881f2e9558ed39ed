import type { Address } from "viem";
import type { ChainRules } from "../../qbft/chain";
import { nonceOf } from "../../qbft/contract/world-state";
import type { Network } from "../../qbft/network";
import { createServers, type NodeServer } from "../besu/servers";
import { describeNode, genesisFileOf } from "./describe";
import { chainRules } from "./genesis";
import type { NodeProcess, NodeRunner } from "./node-process";
import type { BesuPod } from "./pods";
import type { Simulation } from "./simulation";
import type { SimulationClock } from "./simulation-clock";

/** Runs nodes on simulated networks. */
export class SimulatedRunner implements NodeRunner {
  readonly #simulation: Simulation;
  /** Wall-clock milliseconds from the start of a process to its servers. */
  readonly #serversAfter: number;
  readonly #rules = new Map<string, Promise<ChainRules>>();

  constructor(simulation: Simulation, clock: SimulationClock) {
    this.#simulation = simulation;
    this.#serversAfter = SERVER_MILLISECONDS * clock.scale;
  }

  async start(pod: BesuPod): Promise<NodeProcess> {
    const { description, options, release } = describeNode(pod);
    const rules = await this.#rulesOf(genesisFileOf(pod));
    const simulation = this.#simulation;
    const network = simulation.start(rules, description, pod.volume);
    const { id, account } = description;
    let servers: ReadonlyMap<number, NodeServer> = new Map();
    const starting = setTimeout(() => {
      servers = createServers({ network, id, options, release, now: simulation.now });
    }, this.#serversAfter);
    return {
      listener: (port) => {
        const server = servers.get(port);
        return server && ((connection) => server.accept(connection));
      },
      stop: () => {
        clearTimeout(starting);
        simulation.stop(network, id);
        for (const server of servers.values()) {
          server.close();
        }
      },
      setFault: (fault) => simulation.setFault(network, id, fault),
      describe: () => {
        const time = simulation.now();
        return {
          account,
          genesis: network.rules.genesisHash,
          head: network.headOf(id, time).number,
          peers: network.peersOf(id).size,
          round: network.roundOf(id) ?? 0,
          proposals: network.node(id).proposals.pending().size + votesIn(network, { id, account, time }),
        };
      },
    };
  }

  keepVolumes(volumes: ReadonlySet<string>): void {
    this.#simulation.keepVolumes(volumes);
  }

  #rulesOf(genesisFile: string): Promise<ChainRules> {
    const known = this.#rules.get(genesisFile);
    if (known !== undefined) {
      return known;
    }
    const rules = chainRules(genesisFile);
    this.#rules.set(genesisFile, rules);
    return rules;
  }
}

/** The votes that a node's account has sent to the contract that selects the validators, and that are open there or on the way. */
function votesIn(
  network: Network,
  { id, account, time }: { readonly id: string; readonly account: Address; readonly time: number },
): number {
  const { world } = network.headOf(id, time);
  if (world === undefined) {
    return 0;
  }
  const underway = network.node(id).pool.nextNonce(account, world) - nonceOf(world, account);
  return underway + world.contract.open.filter(({ voters }) => voters.includes(account)).length;
}

/** Simulated milliseconds from the start of Besu's process to its HTTP servers. */
const SERVER_MILLISECONDS = 1_500;
