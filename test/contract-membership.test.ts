import fc from "fast-check";
import type { Address } from "viem";
import { describe, expect, it } from "vitest";
import type { Ballot } from "../components/besu/membership/ballot";
import { contractBallot } from "../components/besu/membership/contract-ballot";
import { type MembershipPlan, planMembership } from "../components/besu/membership/plan";
import { RpcRefusal } from "../components/besu/node-access/node-errors";
import type { NodeObservation } from "../components/besu/node-access/observe-node";
import { NodeOptions } from "../local/nodes/besu/options";
import { answer } from "../local/nodes/besu/rpc";
import { ContractNetwork, keyedAccountOf, keyOf } from "../local/qbft/contract/testing";
import { idOf } from "../local/qbft/testing";
import {
  CHANGES,
  ChangingNetwork,
  type Disturbance,
  disturbances,
  range,
} from "./support/besu/changing-network";

/**
 * A network whose validators a contract selects, and somebody who reads the ballots of its nodes, casts those of the plan and may be
 * killed in between.
 */
class VotingNetwork extends ChangingNetwork<ContractNetwork> {
  wanted: readonly Address[];
  readonly #all: number;

  constructor(size: number, wanted: readonly number[]) {
    super(new ContractNetwork(size), wanted);
    this.#all = Math.max(size, ...wanted.map((index) => index + 1));
    this.wanted = wanted.map(keyedAccountOf).sort();
  }

  get openVotes(): number {
    return this.block?.world?.contract.open.length ?? 0;
  }

  /** Reads the ballots of all nodes that run. @returns the plan, and the ballots by account. */
  async plan(): Promise<{ readonly plan: MembershipPlan; readonly ballots: ReadonlyMap<Address, Ballot> }> {
    const current = this.validators;
    const running = Array.from({ length: this.#all }, (_, index) => index).flatMap((index) => {
      const node = this.running.find(({ description }) => description.id === idOf(index));
      return node === undefined ? [] : [{ index, node, address: keyedAccountOf(index) }];
    });
    const ballots = new Map<Address, Ballot>();
    for (const { index, address } of running) {
      ballots.set(
        address,
        await contractBallot({
          address,
          node: this.#client(index),
          answer: { chainId: 138, validators: current } as unknown as NodeObservation,
          privateKey: async () => keyOf(index),
        }),
      );
    }
    const plan = planMembership({
      current,
      wanted: this.wanted,
      signing: this.signing,
      nodes: running.map(({ node, address }) => ({
        address,
        isInSync: this.isInSync(node),
        proposals: ballots.get(address)?.proposals ?? new Map(),
        isUnderway: ballots.get(address)?.isUnderway === true,
      })),
    });
    return { plan, ballots };
  }

  /** What a `NodeClient` would get from the node. */
  #client(index: number) {
    const node = {
      network: this.net.network,
      id: idOf(index),
      options: new NodeOptions(["--rpc-http-api=ETH,NET,WEB3,QBFT"]),
      release: "26.9.0",
      now: () => this.net.time,
    };
    const ask = (method: string, params: readonly unknown[]) => {
      const { body } = answer(node, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      const { result, error } = JSON.parse(body);
      return error === undefined ? result : new RpcRefusal(method, error.code, error.message);
    };
    return {
      callAll: async (calls: readonly { readonly method: string; readonly params?: readonly unknown[] }[]) =>
        calls.map(({ method, params = [] }) => ask(method, params)),
      call: async <Result>(method: string, ...params: readonly unknown[]): Promise<Result> => {
        const result = ask(method, params);
        if (result instanceof RpcRefusal) {
          throw result;
        }
        return result as Result;
      },
    };
  }
}

async function change(network: VotingNetwork, happening: readonly Disturbance[]): Promise<void> {
  const ahead = [...happening];
  let isQuiet = false;
  for (let second = 0; second < 2_000; second += 1) {
    const { plan, ballots } = await network.plan();
    if (plan.phase.kind === "done" && isQuiet) {
      return;
    }
    isQuiet = plan.phase.kind === "done";
    const disturbance = ahead.shift();
    for (const [address, ballot] of [...ballots].slice(0, disturbance?.killedAfter)) {
      await ballot.cast(plan.steps.filter(({ node }) => node === address));
    }
    network.crash(disturbance?.crash);
    for (let passed = 0; passed <= (disturbance?.pause ?? 0); passed += 1) {
      network.net.pass(1);
      expect(network.hasQuorum).toBe(true);
    }
  }
  throw new Error(`not done: ${JSON.stringify((await network.plan()).plan.phase)}`);
}

describe("a change of validators that a contract selects", () => {
  it.each(Object.entries(CHANGES))(
    "%s: ends with the validators of the config and without open votes, killed between ballots, with nodes that crash",
    async (_, { size, wanted }) => {
      await fc.assert(
        fc.asyncProperty(disturbances({ killedAfter: 8, pause: 20, crash: 8, count: 15 }), async (ahead) => {
          const network = new VotingNetwork(size, wanted);
          await change(network, [...ahead, { killedAfter: 0, pause: 0, crash: undefined }]);
          expect(network.validators).toEqual(network.wanted);
          expect(network.openVotes).toBe(0);
          const { height } = network;
          network.net.pass(120);
          expect(network.height).toBeGreaterThan(height);
          expect(network.validators).toEqual(network.wanted);
          expect(network.openVotes).toBe(0);
        }),
        { seed: 14, numRuns: 5, endOnFailure: true },
      );
    },
  );

  it("waits for votes that somebody who was killed has sent, and takes them back", async () => {
    const network = new VotingNetwork(4, range(0, 5));
    const sent = await network.plan();
    expect(sent.plan.phase.kind).toBe("adding");
    for (const { node } of sent.plan.steps.slice(0, 2)) {
      await sent.ballots.get(node)?.cast(sent.plan.steps.filter((step) => step.node === node));
    }
    network.wanted = range(0, 4).map(keyedAccountOf).sort();
    expect((await network.plan()).plan).toEqual({ steps: [], phase: { kind: "discarding" } });
    network.net.pass(10);
    expect(network.openVotes).toBe(1);
    await change(network, []);
    expect(network.openVotes).toBe(0);
    expect(network.validators).toHaveLength(4);
  });

  it("is not signed with the key of another account", async () => {
    const network = new VotingNetwork(4, range(0, 5));
    const { plan } = await network.plan();
    const ballot = await contractBallot({
      address: keyedAccountOf(1),
      node: {
        callAll: async () => [EMPTY_PROPOSALS, "0x0", "0x0"],
        call: async () => Promise.reject(new Error("sent")),
      },
      answer: { chainId: 138, validators: network.validators } as unknown as NodeObservation,
      privateKey: async () => keyOf(0),
    });
    await expect(ballot.cast(plan.steps.slice(0, 1))).rejects.toThrow(
      /^the key that its cluster has is that of/,
    );
  });
});

const EMPTY_PROPOSALS = `0x${"20".padStart(64, "0")}${"0".padStart(64, "0")}`;
