import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Condition, judge, type UnmetCondition } from "../components/besu/health/judgement";
import type { ObservedNode, ObservedRegion } from "../components/besu/health/network-status";
import type { NodeObservation } from "../components/besu/node-access/observe-node";
import { METHODS } from "../local/nodes/besu/methods";
import { NodeOptions } from "../local/nodes/besu/options";
import type { Network } from "../local/qbft/network";
import { accountOf, idOf, TestNetwork } from "../local/qbft/testing";

/*
 * The judgement of the health gate over simulated QBFT networks: what is wrong with a network is found at the node that has it,
 * and nothing is found in a healthy network. Nodes are asked with the methods of the local target's Besu nodes.
 */

const FOREIGN_GENESIS = `0x${"f".repeat(64)}` as const;

/** A network of validators and one RPC node, in which some nodes may not run or may be on another chain. */
class ObservedNetwork {
  readonly net: TestNetwork;
  readonly #foreign = new Map<number, TestNetwork>();
  readonly #down = new Set<number>();

  constructor(readonly size: number) {
    this.net = new TestNetwork(size).startAll();
    this.net.start(size);
  }

  pass(seconds: number): this {
    this.net.pass(seconds);
    for (const chain of this.#foreign.values()) {
      chain.pass(seconds);
    }
    return this;
  }

  crash(index: number): void {
    this.net.network.stop(idOf(index), this.net.time);
    this.#down.add(index);
  }

  isolate(index: number): void {
    this.net.network.setFault(idOf(index), { isIsolated: true }, this.net.time);
  }

  /** Restarts a node with the data of another chain, on which it is alone. */
  fork(index: number): void {
    this.net.network.stop(idOf(index), this.net.time);
    const chain = new TestNetwork(1, { genesisHash: FOREIGN_GENESIS, genesisValidators: [accountOf(index)] });
    chain.time = this.net.time;
    chain.network.start(this.net.describe(index), undefined, chain.time);
    this.#foreign.set(index, chain);
  }

  /** Restarts a node that has no address in the list of one other node, nor that in its own. */
  cut(index: number, other: number): void {
    for (const [one, peer] of [
      [index, other],
      [other, index],
    ] as const) {
      const head = this.net.network.stop(idOf(one), this.net.time);
      const described = this.net.describe(one);
      const dials = described.dials.filter(({ id }) => id !== idOf(peer));
      this.net.network.start({ ...described, dials }, head, this.net.time);
    }
  }

  /** Two regions, the RPC node in the first. */
  observe(): ObservedRegion[] {
    const indices = Array.from({ length: this.size + 1 }, (_, index) => index);
    const inFirst = (index: number) => index % 2 === 0 || index === this.size;
    return [true, false].map((first) => ({
      name: first ? "first" : "second",
      cloud: "kubernetes",
      nodes: indices.filter((index) => inFirst(index) === first).map((index) => this.#node(index)),
    }));
  }

  #node(index: number): ObservedNode {
    const role = index === this.size ? "rpc" : "validator";
    const workload = {
      name: `${role}-${index}`,
      role,
      pod: `${role}-${index}-0`,
      address: role === "validator" ? accountOf(index) : undefined,
      replicas: 1,
      isReady: !this.#down.has(index),
    } as const;
    if (this.#down.has(index)) {
      return { ...workload, observation: undefined, readings: [], common: undefined, problem: "refused" };
    }
    const { network } = this.#foreign.get(index) ?? this.net;
    const observation = this.#observation(network, index);
    const common = this.#commonHeight();
    const block = network.node(idOf(index)).head.branch.block(common);
    return {
      ...workload,
      observation,
      readings: [{ at: observation.at, number: observation.head.number }],
      common: block === undefined ? undefined : { number: common, hash: block.hash },
      problem: undefined,
    };
  }

  #commonHeight(): number {
    const running = [
      ...this.net.network.nodes.map((node) => node.heightAt(this.net.time)),
      ...[...this.#foreign].map(([index, chain]) => chain.height(index)),
    ];
    return Math.min(...running);
  }

  #observation(network: Network, index: number): NodeObservation {
    const node = {
      network,
      id: idOf(index),
      options: new NodeOptions([]),
      release: "26.9.0",
      now: () => this.net.time,
    };
    const ask = (method: string, ...params: unknown[]) => METHODS[method]?.(node, params);
    const head = Number(ask("eth_blockNumber"));
    const genesis = ask("eth_getBlockByNumber", "0x0", false) as { hash: `0x${string}` };
    const latest = ask("eth_getBlockByNumber", "latest", false) as { hash: `0x${string}` };
    const syncing = ask("eth_syncing") as false | { highestBlock: string };
    const metrics =
      head === 0
        ? []
        : (ask(
            "qbft_getSignerMetrics",
            `0x${Math.max(0, head - 4 * this.size).toString(16)}`,
            `0x${head.toString(16)}`,
          ) as {
            address: `0x${string}`;
            lastProposedBlockNumber: string;
          }[]);
    return {
      at: this.net.time,
      chainId: 138,
      genesisHash: genesis.hash,
      head: { number: head, hash: latest.hash, timestampSeconds: 0 },
      syncingTo: syncing === false ? undefined : Number(syncing.highestBlock),
      peers: Number(ask("net_peerCount")),
      validators: ask("qbft_getValidatorsByBlockNumber", "pending") as `0x${string}`[],
      lastProposed: new Map(
        metrics
          .map(({ address, lastProposedBlockNumber }) => [address, Number(lastProposedBlockNumber)] as const)
          .filter(([, block]) => block > 0),
      ),
    };
  }
}

/** Judges a network whose heads are compared with those of seven seconds ago: three periods, and one round that fails. */
function judged(observed: ObservedNetwork, missingPeers = {}): readonly UnmetCondition[] {
  const before = observed.observe();
  observed.pass(7);
  const { genesisHash } = observed.net.network.rules;
  return judge(
    observed.observe(),
    { validators: observed.size, rpcNodes: 1, genesisHash, missingPeers },
    before,
  ).unmet;
}

/** The conditions that a node does not meet. */
function conditionsOf(unmet: readonly UnmetCondition[], index: number): Condition[] {
  return unmet.filter(({ node }) => node === `validator-${index}`).map(({ condition }) => condition);
}

const sizes = fc.integer({ min: 4, max: 10 });
const sizeAndIndex = sizes.chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
const RUNS = { numRuns: 40 };

describe("in a simulated network", () => {
  test("nothing is found if it is healthy", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 600 }), (size, seconds) => {
        const observed = new ObservedNetwork(size).pass(5 * size + 30 + seconds);
        expect(judged(observed)).toEqual([]);
      }),
      RUNS,
    );
  });

  test("a new chain is not healthy before each validator has had its turn", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const observed = new ObservedNetwork(size).pass(10);
        const missing = judged(observed).filter(({ condition }) => condition === "signing");
        expect(missing.length).toBe(Math.max(0, size - (observed.net.height(0) - 1)));
      }),
      RUNS,
    );
  });

  test("a node on another chain is found, and it alone is said to be on one", () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => {
        const observed = new ObservedNetwork(size).pass(60);
        observed.fork(index);
        const unmet = judged(observed.pass(90));
        expect(conditionsOf(unmet, index)).toContain("genesis");
        expect(unmet.filter(({ condition }) => condition === "genesis")).toHaveLength(1);
        // The head of another chain is no measure for the nodes of this one.
        expect(unmet.filter(({ condition }) => condition === "synced")).toEqual([]);
      }),
      RUNS,
    );
  });

  test("a node on an older line of blocks of the same chain is found", () => {
    const observed = new ObservedNetwork(4).pass(100);
    // All validators lose their data while the RPC node, from which they would copy the chain, does not run.
    const { net } = observed;
    const [rpc] = [4, 0, 1, 2, 3].map((index) => net.network.stop(idOf(index), net.time));
    net.startAll().pass(300);
    net.network.start(net.describe(4), rpc, net.time);
    const unmet = judged(observed.pass(60));
    expect(unmet.filter(({ condition }) => condition === "line")).toMatchObject([{ node: "rpc-4" }]);
  });

  test("a crashed validator is found: it does not answer, and signs no block", () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => {
        const observed = new ObservedNetwork(size).pass(60);
        observed.crash(index);
        const unmet = judged(observed.pass(20 * size));
        expect(conditionsOf(unmet, index)).toEqual(expect.arrayContaining(["answering", "signing"]));
        for (const other of Array.from({ length: size }, (_, one) => one).filter((one) => one !== index)) {
          expect(conditionsOf(unmet, other)).toEqual(["peers"]);
        }
      }),
      RUNS,
    );
  });

  test("a missing connection is found at both of its ends, unless the config allows it", () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(8), ([size, index], distance) => {
        const other = (index + 1 + (distance % (size - 1))) % size;
        const observed = new ObservedNetwork(size).pass(60);
        observed.cut(index, other);
        const unmet = judged(observed.pass(20 * size));
        const ends = unmet.map(({ node, condition }) => `${node} ${condition}`).sort();
        expect(ends).toEqual([`validator-${index} peers`, `validator-${other} peers`].sort());
        expect(judged(observed, { first: 1, second: 1 })).toEqual([]);
      }),
      RUNS,
    );
  });

  test("an isolated node is found: no peers, and a head that stands", () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => {
        const observed = new ObservedNetwork(size).pass(60);
        observed.isolate(index);
        const unmet = judged(observed.pass(20 * size));
        expect(conditionsOf(unmet, index)).toEqual(
          expect.arrayContaining(["peers", "synced", "moving", "signing"]),
        );
      }),
      RUNS,
    );
  });

  test("a chain without a quorum is found at every node that is left", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const observed = new ObservedNetwork(size).pass(60);
        const crashed = Math.floor(size / 3) + 1;
        for (let index = 0; index < crashed; index += 1) {
          observed.crash(index);
        }
        const unmet = judged(observed.pass(60));
        for (let index = crashed; index < size; index += 1) {
          expect(conditionsOf(unmet, index)).toContain("moving");
        }
      }),
      RUNS,
    );
  });
});
