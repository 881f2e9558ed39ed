import type { Address } from "viem";
import { type Delays, delayBetween } from "./delays";
import type { SimulatedNode } from "./node";
import { connections, partsOf } from "./peers";

/** Who is connected to whom, and how long messages take. */
export class Mesh {
  readonly #delays: Delays;
  readonly #byAccount: ReadonlyMap<Address, SimulatedNode>;
  #peers = new Map<string, Set<string>>();
  #parts = new Map<string, number>();
  /** The delays between accounts since the last change. Thousands of messages ask for them. */
  readonly #known = new Map<Address, Map<Address, number | undefined>>();

  /** @param byAccount the running nodes, which may change. */
  constructor(delays: Delays, byAccount: ReadonlyMap<Address, SimulatedNode>) {
    this.#delays = delays;
    this.#byAccount = byAccount;
  }

  /** Sets the nodes that have connections. To be called after each change of a node, too. */
  connect(nodes: readonly SimulatedNode[]): void {
    this.#peers = connections(nodes.map(({ description }) => description));
    this.#parts = partsOf(this.#peers);
    this.#known.clear();
  }

  /** The ids of the nodes with which a node has a connection. */
  peersOf(id: string): ReadonlySet<string> {
    return this.#peers.get(id) ?? new Set();
  }

  /** Whether messages get from one node to the other, by way of others or not. */
  areConnected(one: SimulatedNode, other: SimulatedNode): boolean {
    const part = this.#parts.get(one.description.id);
    return one === other || (part !== undefined && part === this.#parts.get(other.description.id));
  }

  /** How long something takes from one connected node to another. */
  delay(one: SimulatedNode, other: SimulatedNode): number {
    return (
      delayBetween(one.description.place, other.description.place, this.#delays) +
      (one.fault.delay ?? 0) +
      (other.fault.delay ?? 0)
    );
  }

  /** How long a QBFT message takes. Undefined: it does not arrive, or its form is not understood. */
  messageDelay(from: Address, to: Address): number | undefined {
    let ofSender = this.#known.get(from);
    if (ofSender === undefined) {
      ofSender = new Map();
      this.#known.set(from, ofSender);
    }
    if (!ofSender.has(to)) {
      const [sender, receiver] = [this.#byAccount.get(from), this.#byAccount.get(to)];
      const arrives =
        sender !== undefined &&
        receiver !== undefined &&
        this.areConnected(sender, receiver) &&
        receiver.description.wire.reads.includes(sender.description.wire.sends);
      ofSender.set(to, arrives ? this.delay(sender, receiver) : undefined);
    }
    return ofSender.get(to);
  }
}
