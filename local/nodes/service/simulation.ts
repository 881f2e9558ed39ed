import type { Hex } from "viem";
import type { ChainRules, Head } from "../../qbft/chain";
import { REGION_DELAYS } from "../../qbft/delays";
import { Network } from "../../qbft/network";
import type { Fault, NodeDescription } from "../../qbft/node";
import { restoreHeads, type SavedChain, saveChain } from "./saved-chain";
import type { SimulationClock } from "./simulation-clock";

/** What is kept between two runs of the service. */
export interface SavedSimulation {
  /** The simulated time. */
  readonly time: number;
  readonly chains: readonly SavedChain[];
}

/** All simulated networks, one for each genesis block, and the data of the nodes that do not run. */
export class Simulation {
  readonly #clock: SimulationClock;
  readonly #networks = new Map<Hex, Network>();
  /** What each volume has. */
  readonly #data = new Map<string, { readonly network: Network; readonly head: Head }>();
  /** The volume of each running node. */
  readonly #volumes = new Map<string, string>();

  constructor(clock: SimulationClock, saved: SavedSimulation | undefined) {
    this.#clock = clock;
    for (const chain of saved?.chains ?? []) {
      const { root, heads } = restoreHeads(chain);
      const network = new Network(chain.rules, REGION_DELAYS, root);
      this.#networks.set(chain.rules.genesisHash, network);
      for (const [volume, head] of heads) {
        this.#data.set(volume, { network, head });
      }
    }
  }

  /** The simulated time. All networks have passed it. */
  readonly now = (): number => {
    const time = this.#clock.now();
    for (const network of this.#networks.values()) {
      network.advance(time);
    }
    return time;
  };

  /**
   * Starts a node on its data.
   *
   * @throws Error if the data are of another chain, or if a node with the same key runs on the network.
   */
  start(rules: ChainRules, description: NodeDescription, volume: string): Network {
    const time = this.now();
    let network = this.#networks.get(rules.genesisHash);
    if (network === undefined) {
      network = new Network(rules, REGION_DELAYS);
      network.advance(time);
      this.#networks.set(rules.genesisHash, network);
    }
    const data = this.#data.get(volume);
    if (data !== undefined && data.network !== network) {
      // GenesisState.java: Besu does not start.
      throw new Error("Supplied genesis block does not match chain data stored in /data");
    }
    network.start(description, data?.head, time);
    this.#volumes.set(description.id, volume);
    return network;
  }

  /** Stops a node. Its data stay on its volume. */
  stop(network: Network, id: string): void {
    const head = network.stop(id, this.now());
    const volume = this.#volumes.get(id);
    this.#volumes.delete(id);
    if (volume !== undefined) {
      this.#data.set(volume, { network, head });
    }
  }

  setFault(network: Network, id: string, fault: Fault): void {
    network.setFault(id, fault, this.now());
  }

  /** Forgets the data of volumes that are gone, and the chains of which nobody has data. */
  keepVolumes(volumes: ReadonlySet<string>): void {
    for (const volume of this.#data.keys()) {
      if (!volumes.has(volume)) {
        this.#data.delete(volume);
      }
    }
    for (const [hash, network] of this.#networks) {
      const isUsed =
        network.nodes.length > 0 || [...this.#data.values()].some((data) => data.network === network);
      if (!isUsed) {
        this.#networks.delete(hash);
      }
    }
  }

  save(): SavedSimulation {
    const time = this.now();
    return {
      time,
      chains: [...this.#networks.values()].map((network) => {
        const heads = new Map(
          [...this.#data].flatMap(([volume, data]) =>
            data.network === network ? [[volume, data.head]] : [],
          ),
        );
        for (const node of network.nodes) {
          const volume = this.#volumes.get(node.description.id);
          if (volume !== undefined && node.syncing === undefined) {
            heads.set(volume, node.head);
          }
        }
        return saveChain(network.rules, heads);
      }),
    };
  }
}
