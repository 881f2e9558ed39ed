import fc from "fast-check";
import type { Address } from "viem";
import { describe, expect, it } from "vitest";
import {
  type Membership,
  type MembershipPlan,
  planMembership,
  type VoteStep,
} from "../components/besu/membership/plan";
import { quorum } from "../components/besu/quorum";
import type { Head } from "../local/qbft/chain";
import type { SimulatedNode } from "../local/qbft/node";
import { accountOf, idOf, TestNetwork } from "../local/qbft/testing";

/**
 * A network of simulated QBFT nodes whose validators change, and somebody who asks the nodes, makes the plan's steps one by one
 * and may be killed after each of them.
 */
class ChangingNetwork {
  readonly net: TestNetwork;
  readonly wanted: readonly Address[];
  readonly #heads = new Map<number, Head>();
  #crashed: number | undefined;

  constructor(size: number, wanted: readonly number[]) {
    this.net = new TestNetwork(size).startAll();
    this.net.start(...wanted.filter((index) => index >= size));
    this.wanted = wanted.map(accountOf).sort();
    this.net.pass(60);
  }

  get #running(): readonly SimulatedNode[] {
    return this.net.network.nodes;
  }

  get #best(): SimulatedNode {
    return this.#running.reduce((best, node) => (node.head.number > best.head.number ? node : best));
  }

  get height(): number {
    return this.#best.head.number;
  }

  /** The validators that make the next block. */
  get validators(): readonly Address[] {
    const { branch, number } = this.#best.head;
    return branch.block(number)?.tally.validators ?? [];
  }

  /** What somebody hears who asks all nodes, as the gate does. */
  observe(): Membership {
    const { branch, number } = this.#best.head;
    const current = this.validators;
    const window = Array.from({ length: 2 * current.length }, (_, back) => branch.block(number - back));
    const proposers = new Set(window.map((block) => block?.proposer));
    const accounts = new Set(this.#running.map(({ description }) => description.account));
    return {
      current,
      wanted: this.wanted,
      signing: new Set(current.filter((address) => proposers.has(address) && accounts.has(address))),
      nodes: this.#running.map(({ description: { id, account }, proposals, syncing, head }) => ({
        address: account,
        isInSync:
          syncing === undefined &&
          head.number >= number - 1 &&
          this.net.network.peersOf(id).size >= quorum(current.length) - 1,
        proposals: new Map(proposals.pending()),
      })),
    };
  }

  /** @returns false if the node does not answer. */
  make({ node, subject, ...step }: VoteStep): boolean {
    const proposals = this.#running.find(({ description }) => description.account === node)?.proposals;
    if (step.kind === "discard") {
      proposals?.discard(subject);
    } else {
      proposals?.propose(subject, step.add);
    }
    return proposals !== undefined;
  }

  /** Kills one node at a time, and starts the one before again with its data. */
  crash(index: number | undefined): void {
    const { network } = this.net;
    if (this.#crashed !== undefined) {
      network.start(this.net.describe(this.#crashed), this.#heads.get(this.#crashed), this.net.time);
      this.#crashed = undefined;
      this.net.pass(40);
    }
    if (index !== undefined && this.#running.some(({ description }) => description.id === idOf(index))) {
      this.#heads.set(index, network.stop(idOf(index), this.net.time));
      this.#crashed = index;
    }
  }

  /** Whether those of the chain's validators that run are a quorum. */
  get hasQuorum(): boolean {
    const accounts = new Set(this.#running.map(({ description }) => description.account));
    const running = this.validators.filter((address) => accounts.has(address)).length;
    return running >= quorum(this.validators.length);
  }
}

/** Something that happens in a second of the simulation. */
interface Disturbance {
  /** The number of steps after which whoever makes the plan is killed. */
  readonly killedAfter: number;
  /** The seconds until somebody goes on. */
  readonly pause: number;
  /** The node that crashes; undefined: none. */
  readonly crash: number | undefined;
}

/** Changes the validators. @returns the last plan. */
function change(network: ChangingNetwork, disturbances: readonly Disturbance[]): MembershipPlan {
  const ahead = [...disturbances];
  let quiet = false;
  for (let second = 0; second < 4_000; second += 1) {
    const plan = planMembership(network.observe());
    if (plan.phase.kind === "done" && quiet) {
      return plan;
    }
    // What is over may be undone by proposals that were made in the meantime, so it is looked at twice.
    quiet = plan.phase.kind === "done";
    const disturbance = ahead.shift();
    for (const step of plan.steps.slice(0, disturbance?.killedAfter)) {
      network.make(step);
    }
    network.crash(disturbance?.crash);
    for (let passed = 0; passed <= (disturbance?.pause ?? 0); passed += 1) {
      network.net.pass(1);
      expect(network.hasQuorum).toBe(true);
    }
  }
  throw new Error(`not done: ${JSON.stringify(planMembership(network.observe()).phase)}`);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** From the validators 0 to size − 1 to the wanted ones; those beyond are new. */
const CHANGES: Readonly<Record<string, { readonly size: number; readonly wanted: readonly number[] }>> = {
  "two more": { size: 5, wanted: range(0, 7) },
  "two fewer": { size: 7, wanted: range(0, 5) },
  "two fewer, down to four": { size: 6, wanted: range(2, 6) },
  "a region of two more": { size: 10, wanted: range(0, 12) },
  "one in place of another": { size: 4, wanted: [0, 1, 2, 4] },
  "four in place of four": { size: 4, wanted: range(4, 8) },
  "six fewer of ten": { size: 10, wanted: range(6, 10) },
};

describe("a change of the validators of a living chain", () => {
  const disturbances = fc.array(
    fc.record({
      killedAfter: fc.integer({ min: 0, max: 12 }),
      pause: fc.integer({ min: 0, max: 30 }),
      crash: fc.option(fc.nat(11), { nil: undefined, freq: 3 }),
    }),
    { maxLength: 30 },
  );

  it.each(Object.entries(CHANGES))(
    "%s: ends with the validators of the config and never loses the quorum, killed at any step, with nodes that crash",
    (_, { size, wanted }) => {
      fc.assert(
        fc.property(disturbances, (ahead) => {
          const network = new ChangingNetwork(size, wanted);
          change(network, [...ahead, { killedAfter: 0, pause: 0, crash: undefined }]);
          expect(network.validators).toEqual(network.wanted);
          expect(network.observe().nodes.filter(({ proposals }) => proposals.size > 0)).toEqual([]);
          const height = network.height;
          network.net.pass(120);
          expect(network.height).toBeGreaterThan(height);
          expect(network.validators).toEqual(network.wanted);
        }),
        { seed: 14, numRuns: 15 },
      );
    },
  );
});
