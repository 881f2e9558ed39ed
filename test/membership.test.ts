import fc from "fast-check";
import type { Address } from "viem";
import { describe, expect, it } from "vitest";
import {
  type Membership,
  type MembershipPlan,
  planMembership,
  type VoteStep,
} from "../components/besu/membership/plan";
import { accountOf, TestNetwork } from "../local/qbft/testing";
import {
  CHANGES,
  type Change,
  ChangingNetwork,
  type Disturbance,
  disturbances,
  range,
} from "./support/besu/changing-network";

/** A network and somebody who asks its nodes, makes the plan's steps one by one and may be killed after each of them. */
class VotingNetwork extends ChangingNetwork {
  readonly wanted: readonly Address[];

  constructor(size: number, wanted: readonly number[]) {
    super(new TestNetwork(size), wanted);
    this.wanted = wanted.map(accountOf).sort();
  }

  /** What somebody hears who asks all nodes, as the gate does. */
  observe(): Membership {
    return {
      current: this.validators,
      wanted: this.wanted,
      signing: this.signing,
      nodes: this.running.map((node) => ({
        address: node.description.account,
        isInSync: this.isInSync(node),
        proposals: new Map(node.proposals.pending()),
      })),
    };
  }

  /** @returns false if the node does not answer. */
  make({ node, subject, ...step }: VoteStep): boolean {
    const proposals = this.running.find(({ description }) => description.account === node)?.proposals;
    if (step.kind === "discard") {
      proposals?.discard(subject);
    } else {
      proposals?.propose(subject, step.add);
    }
    return proposals !== undefined;
  }
}

/** Changes the validators. @returns the last plan. */
function change(network: VotingNetwork, happening: readonly Disturbance[]): MembershipPlan {
  const ahead = [...happening];
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

const ALL_CHANGES: Readonly<Record<string, Change>> = {
  ...CHANGES,
  "two fewer": { size: 7, wanted: range(0, 5) },
  "a region of two more": { size: 10, wanted: range(0, 12) },
  "six fewer of ten": { size: 10, wanted: range(6, 10) },
};

describe("a change of the validators of a living chain", () => {
  it.each(Object.entries(ALL_CHANGES))(
    "%s: ends with the validators of the config and never loses the quorum, killed at any step, with nodes that crash",
    (_, { size, wanted }) => {
      fc.assert(
        fc.property(disturbances({ killedAfter: 12, pause: 30, crash: 11, count: 30 }), (ahead) => {
          const network = new VotingNetwork(size, wanted);
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
