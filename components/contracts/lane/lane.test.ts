import fc from "fast-check";
import { stringToHex } from "viem";
import { describe, expect, it } from "vitest";
import { GETH } from "../../../test/support/contracts/node-dialects";
import { SimulatedChain } from "../../../test/support/contracts/simulated-chain";
import type { Fault } from "../../../test/support/contracts/simulated-settings";
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
  isDone: async () => chain.executed.includes(stringToHex(name)),
});

const reverting = (chain: SimulatedChain, name: string): Job => ({
  ...job(chain, name),
  gas: () =>
    Promise.reject(new ChainfleetError({ code: "CONSTRUCTOR_REVERTS", summary: "the constructor reverts" })),
});

const fault = fc.constantFrom<Fault>(
  "none",
  "block",
  "block",
  "mempool lost",
  "foreign transaction",
  "lost answer",
  "server error",
  "fee spike",
  "stale",
);

describe("a lane", () => {
  it("sends jobs at once, dependencies first, so that one block has them all", async () => {
    const chain = new SimulatedChain(["none"], {
      blockSize: 50,
      poolSize: 50,
      confirmations: 1,
      maxPending: 50,
    });
    const lane = new Lane(chain);
    const results = await Promise.all([
      lane.do(job(chain, "bridge", ["router"])),
      lane.do(job(chain, "multicall")),
      lane.do(job(chain, "router")),
    ]);
    expect(chain.executed).toEqual(["multicall", "router", "bridge"].map((name) => stringToHex(name)));
    expect(new Set(results.map((result) => result.kind === "mined" && result.receipt.block)).size).toBe(1);
  });

  it("creates every contract once, whatever happens to the node", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 60 }),
        fc.record({
          blockSize: fc.integer({ min: 1, max: 6 }),
          poolSize: fc.integer({ min: 1, max: 8 }),
          confirmations: fc.integer({ min: 1, max: 3 }),
          maxPending: fc.integer({ min: 1, max: 12 }),
        }),
        fc.integer({ min: 1, max: 9 }),
        async (faults, settings, count) => {
          const chain = new SimulatedChain([...faults], settings);
          const lane = new Lane(chain);
          const names = Array.from({ length: count }, (_, index) => `contract-${index}`);
          await Promise.all(
            names.map((name, index) =>
              lane.do(job(chain, name, index % 2 === 1 ? [names[index - 1] ?? ""] : [])),
            ),
          );
          const ours = chain.executed.filter((data) => names.some((name) => stringToHex(name) === data));
          expect([...ours].sort()).toEqual(names.map((name) => stringToHex(name)).sort());
        },
      ),
      { numRuns: 300 },
    );
  });

  it("asks again if the node does not answer whether another program caused a reverted transaction's effect", async () => {
    const chain = new SimulatedChain([], { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 });
    const weth = job(chain, "weth");
    const answers = [
      async () => false,
      // Another program creates the contract just before our transaction is sent.
      async () => chain.executed.push(stringToHex("weth")) === 0,
      () => Promise.reject(new Error("HTTP request failed: internal error")),
    ];
    const done = new Lane(chain).do({ ...weth, isDone: () => (answers.shift() ?? weth.isDone)() });
    expect(await done).toEqual({ kind: "already-done" });
    expect(chain.executed).toEqual([stringToHex("weth")]);
  });

  it("sends nothing if the chain shows the effect already", async () => {
    const chain = new SimulatedChain([], { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 });
    chain.executed.push(stringToHex("weth"));
    expect(await new Lane(chain).do(job(chain, "weth"))).toEqual({ kind: "already-done" });
    expect(chain.executed).toEqual([stringToHex("weth")]);
  });
});

describe("a lane that must not send", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 };

  it("reports before the first transaction how much the sender lacks for all transactions", async () => {
    const chain = new SimulatedChain([], { ...settings, balance: 15n });
    const lane = new Lane(chain);
    const done = await Promise.allSettled(["weth", "router"].map((name) => lane.do(job(chain, name))));
    const shortfall = {
      status: "rejected",
      reason: {
        code: "SENDER_CANNOT_PAY",
        summary: expect.stringMatching(/ 2 transactions need up to 0\.00000000000000002 ether/),
      },
    };
    expect(done).toMatchObject([shortfall, shortfall]);
    expect(chain.executed).toEqual([]);
  });

  it("holds while the chain asks for more than the ceiling, and fails after ten blocks", async () => {
    const chain = new SimulatedChain([], { ...settings, ceiling: 5n });
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toMatchObject({
      code: "FEE_ABOVE_CEILING",
      summary: expect.stringMatching(
        /asked 0\.00000001 gwei .* for 10 blocks; the ceiling is 0\.000000005 gwei/,
      ),
    });
    expect(chain.executed).toEqual([]);
  });

  it("fails a job that would revert, and no other job", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const [wrong, right] = await Promise.allSettled([
      lane.do(reverting(chain, "wrong")),
      lane.do(job(chain, "right")),
    ]);
    expect(wrong).toMatchObject({ status: "rejected", reason: { code: "CONSTRUCTOR_REVERTS" } });
    expect(right.status).toBe("fulfilled");
    expect(chain.executed).toEqual([stringToHex("right")]);
  });

  it("does not send jobs that depend on a failed job", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const [, proxy, user] = await Promise.allSettled([
      lane.do(reverting(chain, "aggregator")),
      lane.do(job(chain, "proxy", ["aggregator"])),
      lane.do(job(chain, "user", ["proxy"])),
    ]);
    const notSentBecauseOf = (name: string) => ({
      reason: {
        code: "DEPENDENCY_FAILED",
        summary: expect.stringContaining(`not sent, because ${name} failed`),
      },
    });
    expect(proxy).toMatchObject(notSentBecauseOf("aggregator"));
    expect(user).toMatchObject(notSentBecauseOf("proxy"));
    expect(chain.executed).toEqual([]);
  });

  it("names the nonce of another program's transaction that is never mined, and does not replace the transaction", async () => {
    const chain = new SimulatedChain([], settings);
    chain.addEarlierTransaction("0x", 0n);
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toMatchObject({
      code: "NONCE_BLOCKED",
      summary: expect.stringMatching(/nonce 0 of 0x0+aa is held by a transaction that this run did not send/),
    });
    expect(chain.executed).toEqual([]);
  });

  it("never sends a contract without a fixed address while an earlier transaction may be the same", async () => {
    const chain = new SimulatedChain([], settings);
    chain.addEarlierTransaction("0x", 0n);
    const plain = { ...job(chain, "weth"), to: undefined, isIdempotent: false };
    await expect(new Lane(chain).do(plain)).rejects.toMatchObject({ code: "NONCE_BLOCKED" });
    expect((await chain.observe([])).pending).toBe(1);
  });

  it("accepts a job that arrives at the moment when the lane ends", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    await lane.do(job(chain, "first")).then(() => lane.do(job(chain, "second")));
    expect(chain.executed).toEqual(["first", "second"].map((name) => stringToHex(name)));
  });
});

describe("a lane of calls, whose repetition would count", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9, allowsRepetition: true };
  const call = (chain: SimulatedChain) => ({ ...job(chain, "transmit"), isIdempotent: false });
  const once = [stringToHex("transmit")];
  const mined = { kind: "mined", receipt: { succeeded: true } };
  const calm = (blocks: number): Fault[] => Array(blocks).fill("block");

  it("waits for a transaction that a killed run left in the mempool, however long it stays there", async () => {
    const chain = new SimulatedChain([...calm(9), "fee fall"], settings);
    chain.addEarlierTransaction(stringToHex("transmit"), 5n);
    expect(await new Lane(chain).do(call(chain))).toEqual({ kind: "already-done" });
    expect(chain.executed).toEqual(once);
  });

  it("does not wait for a transaction that the node dropped", async () => {
    const chain = new SimulatedChain(["none", "mempool lost"], settings);
    chain.addEarlierTransaction(stringToHex("transmit"), 5n);
    expect(await new Lane(chain).do(call(chain))).toMatchObject(mined);
    expect(chain.executed).toEqual(once);
  });

  it("sends between the transactions of another program that sends all the time", async () => {
    const chain = new SimulatedChain(Array(40).fill(["foreign transaction", "block"]).flat(), settings);
    chain.addEarlierTransaction(stringToHex("a bot's"), 10n);
    expect(await new Lane(chain).do(call(chain))).toMatchObject(mined);
  });

  it("keeps the nonce of a transaction in the mempool if the mempool is too full for its replacement", async () => {
    const full = (count: number) => (count === 2 ? GETH.poolFull : undefined);
    const faults: Fault[] = ["none", "fee spike", ...calm(9), "fee fall"];
    const chain = new SimulatedChain(faults, { ...settings, refuses: full });
    expect(await new Lane(chain).do(call(chain))).toMatchObject(mined);
    expect(chain.executed).toEqual(once);
  });

  it("does not treat a nonce as lost when one node counts a transaction before another node has its receipt", async () => {
    const chain = new SimulatedChain([], settings);
    const observe = chain.observe.bind(chain);
    let lagging = 1;
    chain.observe = async (hashes) => {
      const snapshot = await observe(hashes);
      const lags = snapshot.mined > 0 && lagging-- > 0;
      return lags ? { ...snapshot, receipts: new Map() } : snapshot;
    };
    const answers = [false, false, false];
    const transmit = call(chain);
    const isDone = async () => answers.shift() ?? transmit.isDone();
    await new Lane(chain).do({ ...transmit, isDone });
    expect(lagging).toBeLessThan(1);
    expect(chain.executed).toEqual(once);
  });
});

describe("a lane without progress", () => {
  const settings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 };

  it.each(["transaction underpriced: gas tip cap 1, minimum needed 1000000000", "txpool is full"])(
    "fails after fifty blocks with the node's message: %s",
    async (words) => {
      const refuses = () => ({ code: -32000, message: words });
      const chain = new SimulatedChain([], { ...settings, refuses });
      await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toMatchObject({
        code: "LANE_STALLED",
        summary: `weth on simulated chain: no transaction was mined for 50 blocks. The node refuses the transaction: ${words}`,
      });
    },
  );

  it("fails if the ceiling leaves no room for a replacement that a node would accept", async () => {
    // The transaction offers 10 wei; then the chain silently accepts nothing below 20 wei.
    const chain = new SimulatedChain(["none", "fee spike"], settings);
    const offered = { fee: { max: 10n, tip: 1n }, floor: 10n, ceiling: 10n };
    const rules = await chain.rules();
    chain.rules = async () => ({ ...rules, ...offered });
    const lane = new Lane(chain);
    await expect(lane.do(job(chain, "weth"))).rejects.toMatchObject({ code: "LANE_STALLED" });
  });

  it("fails a job about which the node cannot answer, and no other job", async () => {
    const chain = new SimulatedChain([], settings);
    const lane = new Lane(chain);
    const lost = new ChainfleetError({
      code: "CONTRACT_ORIGIN_UNKNOWN",
      summary: "the node does not keep the states",
    });
    const [unknown, invalid, right] = await Promise.allSettled([
      lane.do({ ...job(chain, "unknown"), isDone: () => Promise.reject(lost) }),
      lane.do({ ...job(chain, "invalid"), gas: () => Promise.reject(new Error("invalid opcode: INVALID")) }),
      lane.do(job(chain, "right")),
    ]);
    expect(unknown).toMatchObject({ status: "rejected", reason: lost });
    expect(invalid).toMatchObject({ status: "rejected", reason: { message: "invalid opcode: INVALID" } });
    expect(right.status).toBe("fulfilled");
    expect(chain.executed).toEqual([stringToHex("right")]);
  });
});
