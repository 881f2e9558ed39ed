import fc from "fast-check";
import type { Address } from "viem";
import { quorum } from "../../../components/besu/quorum";
import type { Block, Head } from "../../../local/qbft/chain";
import type { SimulatedNode } from "../../../local/qbft/node";
import { idOf, type TestNetwork } from "../../../local/qbft/testing";

/** A network of simulated QBFT nodes whose validators change, and whose nodes crash. */
export abstract class ChangingNetwork<Net extends TestNetwork = TestNetwork> {
  readonly #heads = new Map<number, Head>();
  #crashed: number | undefined;

  /** @param wanted the numbers of the validators that the network is to have; those from the network's size on are started. */
  constructor(
    readonly net: Net,
    wanted: readonly number[],
  ) {
    net.startAll();
    net.start(...wanted.filter((index) => index >= net.size));
    net.pass(60);
  }

  protected get running(): readonly SimulatedNode[] {
    return this.net.network.nodes;
  }

  /** The head of the node that has the most blocks. */
  protected get head(): Head {
    return this.running.reduce((best, node) => (node.head.number > best.head.number ? node : best)).head;
  }

  protected get block(): Block | undefined {
    const { branch, number } = this.head;
    return branch.block(number);
  }

  get height(): number {
    return this.head.number;
  }

  /** The validators that make the next block. */
  get validators(): readonly Address[] {
    return this.block?.tally.validators ?? [];
  }

  /** The validators that run and have proposed one of the last blocks. */
  protected get signing(): ReadonlySet<Address> {
    const { branch, number } = this.head;
    const current = this.validators;
    const window = Array.from({ length: 2 * current.length }, (_, back) => branch.block(number - back));
    const proposers = new Set(window.map((block) => block?.proposer));
    const accounts = this.#accounts;
    return new Set(current.filter((address) => proposers.has(address) && accounts.has(address)));
  }

  protected isInSync({ syncing, head, description: { id } }: SimulatedNode): boolean {
    return (
      syncing === undefined &&
      head.number >= this.height - 1 &&
      this.net.network.peersOf(id).size >= quorum(this.validators.length) - 1
    );
  }

  /** Whether those of the chain's validators that run are a quorum. */
  get hasQuorum(): boolean {
    const accounts = this.#accounts;
    return (
      this.validators.filter((address) => accounts.has(address)).length >= quorum(this.validators.length)
    );
  }

  get #accounts(): ReadonlySet<Address> {
    return new Set(this.running.map(({ description }) => description.account));
  }

  /** Kills one node at a time, and starts the one before again with its data. */
  crash(index: number | undefined): void {
    const { network } = this.net;
    if (this.#crashed !== undefined) {
      network.start(this.net.describe(this.#crashed), this.#heads.get(this.#crashed), this.net.time);
      this.#crashed = undefined;
      this.net.pass(40);
    }
    if (index !== undefined && this.running.some(({ description }) => description.id === idOf(index))) {
      this.#heads.set(index, network.stop(idOf(index), this.net.time));
      this.#crashed = index;
    }
  }
}

/** Something that happens in a second of the simulation. */
export interface Disturbance {
  /** The number of steps, or of ballots with their steps, after which whoever makes the plan is killed. */
  readonly killedAfter: number;
  /** The seconds until somebody goes on. */
  readonly pause: number;
  /** The node that crashes; undefined: none. */
  readonly crash: number | undefined;
}

/** @param most the highest value of each member, and the most disturbances. */
export function disturbances(most: {
  readonly killedAfter: number;
  readonly pause: number;
  readonly crash: number;
  readonly count: number;
}): fc.Arbitrary<Disturbance[]> {
  return fc.array(
    fc.record({
      killedAfter: fc.integer({ min: 0, max: most.killedAfter }),
      pause: fc.integer({ min: 0, max: most.pause }),
      crash: fc.option(fc.nat(most.crash), { nil: undefined, freq: 3 }),
    }),
    { maxLength: most.count },
  );
}

/** The numbers from the first one to the one before `to`. */
export const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** A change from the validators 0 to size − 1 to the wanted ones; those beyond are new. */
export interface Change {
  readonly size: number;
  readonly wanted: readonly number[];
}

/** Changes that are tested whatever selects the validators. */
export const CHANGES: Readonly<Record<string, Change>> = {
  "two more": { size: 5, wanted: range(0, 7) },
  "two fewer, down to four": { size: 6, wanted: range(2, 6) },
  "one in place of another": { size: 4, wanted: [0, 1, 2, 4] },
  "four in place of four": { size: 4, wanted: range(4, 8) },
};
