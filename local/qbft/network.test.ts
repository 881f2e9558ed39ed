import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBefore } from "./chain";
import { quorumOf } from "./proposer";
import { accountOf, idOf, TestNetwork } from "./testing";

/** The blocks of a node from the genesis block to its head. */
function blocksOf({ network, time }: TestNetwork, index: number) {
  const { head } = network.node(idOf(index));
  return Array.from(
    { length: network.headOf(idOf(index), time).number + 1 },
    (_, number) => head.branch.block(number) as NonNullable<ReturnType<typeof head.branch.block>>,
  );
}

describe("a healthy network", () => {
  test("makes a block in every period, by turns, and all nodes have it", () => {
    const net = new TestNetwork(10).startAll();
    net.start(10, 11);
    net.pass(300);
    const blocks = blocksOf(net, 0).slice(1);
    expect(blocks.length).toBeGreaterThan(140);
    expect(new Set(blocks.slice(-10).map(({ proposer }) => proposer)).size).toBe(10);
    for (const [index, block] of blocks.slice(20).entries()) {
      expect(block.timestampSeconds - (blocks[index + 19]?.timestampSeconds ?? 0)).toBe(2);
      expect(block.round).toBe(0);
      expect(block.parentHash).toBe(blocks[index + 19]?.hash);
    }
    expect(net.height(10)).toBeGreaterThanOrEqual(blocks.length - 1);
    expect(net.network.peersOf(idOf(0)).size).toBe(11);
  });

  test("is the same however often it is asked in between", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const [often, once] = [new TestNetwork(4).startAll(), new TestNetwork(4).startAll()];
        for (const seconds of steps) {
          often.pass(seconds);
        }
        once.pass(steps.reduce((sum, seconds) => sum + seconds, 0));
        expect(often.network.headOf(idOf(0), often.time)).toEqual(once.network.headOf(idOf(0), once.time));
      }),
      { numRuns: 30 },
    );
  });
});

/* The figures are those of four validators of Besu 25.10.0 with a period of 2 s and a timeout of 4 s (shared facts of the project). */
describe("four validators, as those of Besu 25.10.0", () => {
  test("one down: gaps of 2, 2 and 6 seconds", () => {
    const net = new TestNetwork(4);
    net.start(0, 1, 2);
    net.pass(120);
    const times = blocksOf(net, 0)
      .slice(5)
      .map(({ timestampSeconds }) => timestampSeconds);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(20);
    for (let index = 0; index + 3 <= gaps.length; index += 1) {
      expect(gaps.slice(index, index + 3).toSorted()).toEqual([2, 2, 6]);
    }
  });

  test.each([
    [32, 71],
    [120, 131],
  ])(
    "two down for %i s: the chain stands still, and goes on about %i s after the two are back",
    (halt, after) => {
      const net = new TestNetwork(4).startAll().pass(60);
      const heads = [2, 3].map((index) => net.network.stop(idOf(index), net.time));
      net.pass(halt);
      const height = net.height(0);
      expect(net.pass(0).height(0)).toBe(height);
      for (const [index, head] of heads.entries()) {
        net.network.start(net.describe(index + 2), head, net.time);
      }
      let seconds = 0;
      for (; net.height(0) === height && seconds < 1_000; seconds += 1) {
        net.pass(1);
      }
      expect(seconds).toBeGreaterThan(after - 16);
      expect(seconds).toBeLessThan(after + 16);
    },
  );

  test("restarting all of them makes the rounds short again", () => {
    const net = new TestNetwork(4).startAll().pass(60);
    const [first] = [2, 3].map((index) => net.network.stop(idOf(index), net.time));
    net.pass(120);
    const height = net.height(0);
    for (const index of [0, 1]) {
      net.network.stop(idOf(index), net.time);
    }
    for (const index of [0, 1, 2, 3]) {
      net.network.start(net.describe(index), first, net.time);
    }
    expect(net.pass(20).height(0)).toBeGreaterThan(height);
  });

  test("the third vote of four counts in its block, and the fifth validator from the next block on", () => {
    const net = new TestNetwork(4).startAll();
    net.start(4);
    net.pass(60);
    for (const index of [0, 1, 2]) {
      net.network.node(idOf(index)).proposals.propose(accountOf(4), true);
    }
    net.pass(60);
    const blocks = blocksOf(net, 0);
    const votes = blocks.filter(({ vote }) => vote !== undefined);
    expect(votes.map(({ vote }) => vote?.subject)).toEqual([accountOf(4), accountOf(4), accountOf(4)]);
    const majority = votes.at(-1)?.number ?? 0;
    expect(blocks[majority]?.validators).toHaveLength(4);
    expect(blocks[majority + 1]?.validators).toContain(accountOf(4));
    expect(blocks.slice(majority).some(({ proposer }) => proposer === accountOf(4))).toBe(true);
    expect(net.network.node(idOf(0)).proposals.pending().size).toBe(1);
  });
});

describe("votes", () => {
  test("of an epoch are forgotten with its end", () => {
    const net = new TestNetwork(4, { epochLength: 30 }).startAll().pass(40);
    for (const index of [0, 1]) {
      net.network.node(idOf(index)).proposals.propose(accountOf(3), false);
    }
    net.pass(30);
    for (const index of [0, 1]) {
      net.network.node(idOf(index)).proposals.discard(accountOf(3));
    }
    const number = net.height(0);
    net.pass(80);
    net.network.node(idOf(2)).proposals.propose(accountOf(3), false);
    net.pass(20);
    expect(
      blocksOf(net, 0)
        .slice(0, number)
        .filter(({ vote }) => vote !== undefined),
    ).toHaveLength(2);
    expect(blocksOf(net, 0).at(-1)?.validators).toHaveLength(4);
  });
});

describe("nodes", () => {
  test("with empty data import the chain, and sign again", () => {
    const net = new TestNetwork(4).startAll().pass(600);
    net.network.stop(idOf(3), net.time);
    net.pass(10);
    net.start(3);
    net.pass(1);
    expect(net.height(3)).toBe(0);
    net.pass(30);
    expect(net.height(3)).toBeGreaterThan(290);
    net.pass(30);
    expect(
      blocksOf(net, 0)
        .slice(-6)
        .some(({ proposer }) => proposer === accountOf(3)),
    ).toBe(true);
  });

  test("that do not read each other's messages make no block together", () => {
    const net = new TestNetwork(4);
    for (const index of [0, 1, 2, 3]) {
      const wire = index < 2 ? { sends: 25, reads: [25] } : { sends: 26, reads: [26] };
      net.network.start({ ...net.describe(index), wire }, undefined, net.time);
    }
    expect(net.pass(300).height(0)).toBe(0);
    expect(net.network.peersOf(idOf(0)).size).toBe(3);
  });

  test("whose validators all lost their data begin another line, which the others do not follow", () => {
    const net = new TestNetwork(4).startAll();
    net.start(4);
    net.pass(100);
    const rpc = net.network.stop(idOf(4), net.time);
    for (const index of [0, 1, 2, 3]) {
      net.network.stop(idOf(index), net.time);
    }
    net.startAll();
    net.pass(300);
    net.network.start(net.describe(4), rpc, net.time);
    net.pass(60);
    expect(net.height(4)).toBe(rpc.number);
    expect(isBefore(net.network.node(idOf(4)).head, net.network.node(idOf(0)).head)).toBe(false);
  });

  test("that are slow cost round changes, and the chain goes on", () => {
    const net = new TestNetwork(4).startAll().pass(60);
    net.network.setFault(idOf(1), { delay: 5_000 }, net.time);
    const height = net.height(0);
    net.pass(120);
    const blocks = blocksOf(net, 0).slice(height + 2);
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks.some(({ round }) => round > 0)).toBe(true);
    expect(blocks.some(({ proposer }) => proposer === accountOf(1))).toBe(false);
  });
});

/** What may happen to a network, with the seconds until the next. */
const happenings = (size: number) =>
  fc.array(
    fc.record({
      seconds: fc.integer({ min: 0, max: 40 }),
      index: fc.nat(size),
      kind: fc.constantFrom("stop", "start", "isolate", "heal", "slow"),
    }),
    { maxLength: 25 },
  );

test("whatever happens, there is one line of blocks, made by quorums, and it goes on once all is well", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }).chain((size) => fc.tuple(fc.constant(size), happenings(size))),
      ([size, events]) => {
        const net = new TestNetwork(size).startAll();
        net.start(size);
        const stopped = new Map<number, ReturnType<typeof net.network.stop>>();
        for (const { seconds, index, kind } of events) {
          const before = Math.max(0, ...net.network.nodes.map(({ head }) => head.number));
          const couldDecide = size - [...stopped.keys()].filter((one) => one < size).length >= quorumOf(size);
          net.pass(seconds);
          if (!couldDecide) {
            // Commits that are under way may still make one block.
            expect(highest(net)).toBeLessThanOrEqual(before + 1);
          }
          const head = stopped.get(index);
          if (kind === "start" && head !== undefined) {
            net.network.start(net.describe(index), head, net.time);
            stopped.delete(index);
          } else if (kind === "stop" && head === undefined) {
            stopped.set(index, net.network.stop(idOf(index), net.time));
          } else if (head === undefined && kind !== "start" && kind !== "stop") {
            const fault = { isolate: { isIsolated: true }, heal: {}, slow: { delay: 3_000 } }[kind];
            net.network.setFault(idOf(index), fault, net.time);
          }
        }
        for (const [index, head] of stopped) {
          net.network.start(net.describe(index), head, net.time);
        }
        for (const { description } of net.network.nodes) {
          net.network.setFault(description.id, {}, net.time);
        }
        const before = highest(net);
        // The rounds may have become long: as long as all that has passed.
        for (let seconds = 0; highest(net) <= before + 5 && seconds < 10_000; seconds += 20) {
          net.pass(20);
        }
        expect(highest(net)).toBeGreaterThan(before + 5);
        const heads = net.network.nodes.map(({ head }) => head);
        expect(new Set(heads.map(({ branch }) => branch)).size).toBe(1);
        expect(Math.min(...heads.map(({ number }) => number))).toBeGreaterThan(highest(net) - 3);
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});

function highest({ network, time }: TestNetwork): number {
  return Math.max(0, ...network.nodes.map((node) => node.heightAt(time)));
}

test("48 validators make a block in each period", () => {
  const net = new TestNetwork(48).startAll().pass(60);
  net.pass(2_000);
  expect(net.height(0)).toBeGreaterThan(900);
});
