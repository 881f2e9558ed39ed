import fc from "fast-check";
import { stringToHex } from "viem";
import { describe, expect, it } from "vitest";
import { SimulatedChain, type Trouble } from "../../../test/support/simulated-chain";
import { ChainfleetError } from "../../error";
import type { Job } from "./job";
import { Lane } from "./lane";

const job = (chain: SimulatedChain, name: string, after: readonly string[] = []): Job => ({
  name,
  to: chain.sender,
  data: stringToHex(name),
  value: 0n,
  isIdempotent: true,
  after,
  gas: async () => 1n,
  isDone: async () => chain.made.includes(stringToHex(name)),
});

const reverting = (chain: SimulatedChain, name: string): Job => ({
  ...job(chain, name),
  gas: () => Promise.reject(new ChainfleetError({ code: "TODO", summary: "its constructor reverts" })),
});

const trouble = fc.constantFrom<Trouble>(
  "none",
  "block",
  "block",
  "forget",
  "stranger",
  "lost answer",
  "broken",
  "fee spike",
  "stale",
);

describe("a lane", () => {
  it("sends what it is given at once, in the order that constructors need, into one block", async () => {
    const chain = new SimulatedChain(["none"], {
      blockSize: 50,
      poolSize: 50,
      confirmations: 1,
      maxPending: 50,
    });
    const lane = new Lane(chain);
    const done = await Promise.all([
      lane.do(job(chain, "bridge", ["router"])),
      lane.do(job(chain, "multicall")),
      lane.do(job(chain, "router")),
    ]);
    expect(chain.made).toEqual(["multicall", "router", "bridge"].map((name) => stringToHex(name)));
    expect(new Set(done.map((receipt) => receipt?.block)).size).toBe(1);
  });

  it("makes everything once, whatever happens to the node", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trouble, { maxLength: 60 }),
        fc.record({
          blockSize: fc.integer({ min: 1, max: 6 }),
          poolSize: fc.integer({ min: 1, max: 8 }),
          confirmations: fc.integer({ min: 1, max: 3 }),
          maxPending: fc.integer({ min: 1, max: 12 }),
        }),
        fc.integer({ min: 1, max: 9 }),
        async (troubles, settings, count) => {
          const chain = new SimulatedChain([...troubles], settings);
          const lane = new Lane(chain);
          const names = Array.from({ length: count }, (_, index) => `contract-${index}`);
          await Promise.all(
            names.map((name, index) =>
              lane.do(job(chain, name, index % 2 === 1 ? [names[index - 1] ?? ""] : [])),
            ),
          );
          const ours = chain.made.filter((data) => names.some((name) => stringToHex(name) === data));
          expect([...ours].sort()).toEqual(names.map((name) => stringToHex(name)).sort());
        },
      ),
      { numRuns: 300 },
    );
  });

  it("asks again when the node does not tell whether a reverted transaction was done by another", async () => {
    const chain = new SimulatedChain([], { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 });
    const weth = job(chain, "weth");
    const answers = [
      async () => false,
      // Somebody makes it in the moment before ours is sent.
      async () => chain.made.push(stringToHex("weth")) === 0,
      () => Promise.reject(new Error("HTTP request failed: internal error")),
    ];
    const done = new Lane(chain).do({ ...weth, isDone: () => (answers.shift() ?? weth.isDone)() });
    // It was not ours that made it.
    expect(await done).toBeUndefined();
    expect(chain.made).toEqual([stringToHex("weth")]);
  });

  it("sends nothing for what is there already", async () => {
    const chain = new SimulatedChain([], { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 });
    chain.made.push(stringToHex("weth"));
    expect(await new Lane(chain).do(job(chain, "weth"))).toBeUndefined();
    expect(chain.made).toEqual([stringToHex("weth")]);
  });
});

describe("a lane that must not send", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 };

  it("says before the first transaction what the sender lacks for all of them", async () => {
    const chain = new SimulatedChain([], { ...settings, balance: 15n });
    const lane = new Lane(chain);
    const done = await Promise.allSettled(["weth", "router"].map((name) => lane.do(job(chain, name))));
    expect(done.map((one) => one.status === "rejected" && one.reason.message.split(";")[1])).toEqual([
      ...Array(2).fill(expect.stringMatching(/ 2 transactions need up to 0\.00000000000000002 ether/)),
    ]);
    expect(chain.made).toEqual([]);
  });

  it("waits while the chain asks for more than the ceiling, and gives up after ten blocks", async () => {
    const chain = new SimulatedChain([], { ...settings, ceiling: 5n });
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toThrow(
      /asked 0\.00000001 gwei .* for 10 blocks; the ceiling is 0\.000000005 gwei/,
    );
    expect(chain.made).toEqual([]);
  });

  it("ends a job that would be reverted, and no other", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const [wrong, right] = await Promise.allSettled([
      lane.do(reverting(chain, "wrong")),
      lane.do(job(chain, "right")),
    ]);
    expect(wrong).toMatchObject({ status: "rejected", reason: { message: "its constructor reverts" } });
    expect(right.status).toBe("fulfilled");
    expect(chain.made).toEqual([stringToHex("right")]);
  });

  it("does not send what would call a contract that failed", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const [, proxy, user] = await Promise.allSettled([
      lane.do(reverting(chain, "aggregator")),
      lane.do(job(chain, "proxy", ["aggregator"])),
      lane.do(job(chain, "user", ["proxy"])),
    ]);
    expect(proxy).toMatchObject({
      reason: { message: expect.stringContaining("not sent, as aggregator failed") },
    });
    expect(user).toMatchObject({ reason: { message: expect.stringContaining("not sent, as proxy failed") } });
    expect(chain.made).toEqual([]);
  });

  it("names the nonce of a stranger's transaction that nobody mines, and leaves it alone", async () => {
    const chain = new SimulatedChain([], settings);
    chain.leave("0x", 0n);
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toThrow(
      /nonce 0 of 0x0+aa is held by a transaction that this run did not send/,
    );
    expect(chain.made).toEqual([]);
  });

  it("never queues a contract without a fixed address behind a transaction that may be the same", async () => {
    const chain = new SimulatedChain([], settings);
    chain.leave("0x", 0n);
    const plain = { ...job(chain, "weth"), to: undefined, isIdempotent: false };
    await expect(new Lane(chain).do(plain)).rejects.toThrow(/is held by a transaction/);
    expect((await chain.observe([])).pending).toBe(1);
  });

  it("takes a job that comes in the moment in which it ends", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    await lane.do(job(chain, "first")).then(() => lane.do(job(chain, "second")));
    expect(chain.made).toEqual(["first", "second"].map((name) => stringToHex(name)));
  });
});

describe("a lane of calls, of which each counts", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9, isOfCalls: true };
  const call = (chain: SimulatedChain) => ({ ...job(chain, "transmit"), isIdempotent: false });
  const once = [stringToHex("transmit")];
  const calm = (blocks: number): Trouble[] => Array(blocks).fill("block");

  it("waits for one that a killed run left in the pool, however long it lies there", async () => {
    const chain = new SimulatedChain([...calm(9), "fee fall"], settings);
    chain.leave(stringToHex("transmit"), 5n);
    expect(await new Lane(chain).do(call(chain))).toBeUndefined();
    expect(chain.made).toEqual(once);
  });

  it("does not wait for one that the node has forgotten", async () => {
    const chain = new SimulatedChain(["none", "forget"], settings);
    chain.leave(stringToHex("transmit"), 5n);
    expect(await new Lane(chain).do(call(chain))).toMatchObject({ succeeded: true });
    expect(chain.made).toEqual(once);
  });

  it("goes between those of somebody else who sends all the time", async () => {
    const chain = new SimulatedChain(Array(40).fill(["stranger", "block"]).flat(), settings);
    chain.leave(stringToHex("a bot's"), 10n);
    expect(await new Lane(chain).do(call(chain))).toMatchObject({ succeeded: true });
  });

  it("keeps the nonce of one that is in the pool when its higher fee finds the pool full", async () => {
    const full = (count: number) => (count === 2 ? "txpool is full" : undefined);
    const troubles: Trouble[] = ["none", "fee spike", ...calm(9), "fee fall"];
    const chain = new SimulatedChain(troubles, { ...settings, refuses: full });
    expect(await new Lane(chain).do(call(chain))).toMatchObject({ succeeded: true });
    expect(chain.made).toEqual(once);
  });

  it("does not take a nonce for lost because one node counts what another has no receipt of yet", async () => {
    const chain = new SimulatedChain([], settings);
    const look = chain.observe.bind(chain);
    let lagging = 1;
    chain.observe = async (hashes) => {
      const sight = await look(hashes);
      const lags = sight.mined > 0 && lagging-- > 0;
      return lags ? { ...sight, receipts: new Map() } : sight;
    };
    const answers = [false, false, false];
    const transmit = call(chain);
    const isDone = async () => answers.shift() ?? transmit.isDone();
    await new Lane(chain).do({ ...transmit, isDone });
    expect(lagging).toBeLessThan(1);
    expect(chain.made).toEqual(once);
  });
});

describe("a lane that gets nowhere", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 };

  it.each(["transaction underpriced: gas tip cap 1, minimum needed 1000000000", "txpool is full"])(
    "gives up after fifty blocks with the node's words: %s",
    async (words) => {
      const chain = new SimulatedChain([], { ...settings, refuses: () => words });
      await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toThrow(
        `weth on simulated chain: nothing of it was mined for 50 blocks. The node does not take it: ${words}`,
      );
    },
  );

  it("gives up when the ceiling leaves no room for a fee that a node would take instead", async () => {
    // Sent at 10 wei; then the chain takes nothing below 20, and does not say so.
    const chain = new SimulatedChain(["none", "fee spike"], settings);
    const offered = { fee: { max: 10n, tip: 1n }, floor: 10n, ceiling: 10n };
    const rules = await chain.rules();
    chain.rules = async () => ({ ...rules, ...offered });
    const lane = new Lane(chain);
    await expect(lane.do(job(chain, "weth"))).rejects.toThrow(/nothing of it was mined for 50 blocks/);
  });

  it("ends a job that nobody can tell of, and no other", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const lost = new ChainfleetError({ code: "TODO", summary: "the node does not keep the states" });
    const [unknown, invalid, right] = await Promise.allSettled([
      lane.do({ ...job(chain, "unknown"), isDone: () => Promise.reject(lost) }),
      lane.do({ ...job(chain, "invalid"), gas: () => Promise.reject(new Error("invalid opcode: INVALID")) }),
      lane.do(job(chain, "right")),
    ]);
    expect(unknown).toMatchObject({ status: "rejected", reason: lost });
    expect(invalid).toMatchObject({ status: "rejected", reason: { message: "invalid opcode: INVALID" } });
    expect(right.status).toBe("fulfilled");
    expect(chain.made).toEqual([stringToHex("right")]);
  });
});
