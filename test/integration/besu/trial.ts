import { type Hex, hexToNumber, parseEther } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { expect } from "vitest";
import { BesuNetwork } from "../../support/besu/besu-network";
import type { BesuNode } from "../../support/besu/besu-node";
import { Checkout, type ConfigChange } from "../../support/checkout";

/** The sender of the dev stack's contracts: the first of anvil's publicly known accounts. */
export const sender = mnemonicToAccount("test test test test test test test test test test test junk");

/** A block as `eth_getBlockByNumber` answers it. */
export interface Block {
  readonly number: Hex;
  readonly hash: Hex;
  readonly timestamp: Hex;
  readonly gasUsed: Hex;
  readonly gasLimit: Hex;
  readonly transactions: readonly Hex[];
}

/** Four validators and an RPC node: the pods that `chainfleet up` makes on the local target, as Besu processes. */
export class BesuTrial {
  readonly checkout = new Checkout(0.002, 7);
  #network: BesuNetwork | undefined;

  /**
   * Deploys the network without contracts, and starts a Besu process for each Besu pod.
   *
   * @param command A shell command that starts Besu.
   */
  async start(command: string): Promise<void> {
    this.checkout.configure(...NETWORK, { path: ["chainfleet:contracts"], value: undefined });
    await this.#up();
    this.#network = await BesuNetwork.prepare(this.checkout, command);
    await this.#network.start();
  }

  /** Deploys the dev stack's contracts, those of the network's chain on the Besu processes. */
  async deployContracts(): Promise<void> {
    const chain138 = ["chainfleet:contracts", "chains", "chain138"];
    this.checkout.restoreConfig();
    this.checkout.configure(
      ...NETWORK,
      { path: ["chainfleet:stack"], value: "full" },
      { path: [...chain138, "rpcUrl"], value: this.rpcNode.url },
      // The local verifier reads the code from the local target's own chain.
      { path: [...chain138, "explorers"], value: undefined },
    );
    await this.#up();
  }

  async #up(): Promise<void> {
    const { code, summary } = await this.checkout.up();
    expect(code, summary.errors?.join("\n")).toBe(0);
  }

  async close(): Promise<void> {
    await this.#network?.close();
    await this.checkout.close();
  }

  get network(): BesuNetwork {
    if (this.#network === undefined) {
      throw new Error("The network was not started.");
    }
    return this.#network;
  }

  get validators(): readonly BesuNode[] {
    return this.network.validators;
  }

  get rpcNode(): BesuNode {
    const [node] = this.network.rpcNodes;
    if (node === undefined) {
      throw new Error("The network has no RPC node.");
    }
    return node;
  }

  /** Waits until each of the nodes has `count` more blocks than the RPC node has now. */
  async moreBlocks(count: number, nodes: readonly BesuNode[] = this.network.nodes): Promise<void> {
    const goal = (await this.rpcNode.head()) + count;
    await expect
      .poll(async () => Math.min(...(await Promise.all(nodes.map((node) => node.head())))), PATIENCE)
      .toBeGreaterThanOrEqual(goal);
  }

  /** The blocks from `first` to the newest one. */
  async blocksFrom(first: number): Promise<Block[]> {
    const last = await this.rpcNode.head();
    return Promise.all(
      Array.from({ length: last - first + 1 }, (_, index) =>
        this.rpcNode.rpc<Block>("eth_getBlockByNumber", [`0x${(first + index).toString(16)}`, false]),
      ),
    );
  }

  /** Seconds between each block and the next one, by the blocks' own timestamps. */
  async gapsFrom(first: number): Promise<number[]> {
    const times = (await this.blocksFrom(first)).map(({ timestamp }) => hexToNumber(timestamp));
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  }
}

/** QBFT doubles the time of each round, so validators that were without a quorum may need minutes to agree again. */
export const PATIENCE = { timeout: 300_000, interval: 250 };

/** The changes of the dev stack's config that leave four validators and an RPC node. */
const NETWORK: readonly ConfigChange[] = [
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:network", "alloc"], value: { [sender.address]: String(parseEther("1000000")) } },
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 1 },
      { cloud: "aws", name: "us-west-2", validators: 2, rpcNodes: 0 },
    ],
  },
];
