import fc from "fast-check";
import {
  type Address,
  ExecutionRevertedError,
  type Hex,
  keccak256,
  type PublicClient,
  slice,
  stringToHex,
} from "viem";
import { describe, expect, it } from "vitest";
import { bareArtifact } from "../../../test/support/contracts/bare-artifact";
import { BESU, GETH } from "../../../test/support/contracts/node-dialects";
import { SimulatedChain } from "../../../test/support/contracts/simulated-chain";
import type { Fault, SimulatedSettings } from "../../../test/support/contracts/simulated-settings";
import { creationGas } from "../deployment/creation-gas";
import type { Job } from "./job";
import { Lane } from "./lane";

/** A chain of Besu nodes whose gas is free. */
const FREE: SimulatedSettings = {
  blockSize: 9,
  poolSize: 9,
  confirmations: 1,
  maxPending: 9,
  dialect: BESU,
  fee: 0n,
};

const AGGREGATOR = stringToHex("aggregator");
const PROXY = stringToHex("proxy");
/** The proxy's constructor calls the aggregator. */
const DEPENDENT: SimulatedSettings = { ...FREE, needs: new Map([[PROXY, AGGREGATOR]]) };

const job = (chain: SimulatedChain, name: string, changes: Partial<Job> = {}): Job => ({
  name,
  to: chain.sender,
  data: stringToHex(name),
  value: 0n,
  isIdempotent: true,
  after: [],
  gas: async () => 1_000_000n,
  isDone: async () => chain.executed.includes(stringToHex(name)),
  ...changes,
});

/** A node that estimates as the simulated chain executes: a creation reverts while the contract that it needs is missing. */
function estimatingClient(chain: SimulatedChain): PublicClient {
  const execute = async ({ data }: { data: Hex }): Promise<bigint> => {
    const needed = chain.settings.needs?.get(data);
    if (needed !== undefined && !chain.executed.includes(needed)) {
      throw new ExecutionRevertedError({ message: "execution reverted" });
    }
    return 100_000n;
  };
  return {
    estimateGas: execute,
    call: async (call: { data: Hex }) => ({ data: await execute(call) }),
    getBlock: async () => ({ gasLimit: 30_000_000n }),
    getCode: async ({ address }: { address: Address }) =>
      chain.executed.some((data) => addressOf(data as Hex) === address) ? "0x00" : "0x",
    transport: {},
  } as unknown as PublicClient;
}

/** The address of the contract that a transaction with the data creates. */
function addressOf(data: Hex): Address {
  return slice(keccak256(data), 12);
}

/** A creation whose gas is estimated as deployments do it. */
function creation(chain: SimulatedChain, name: string, after: readonly string[] = []): Job {
  const data = stringToHex(name);
  const planned = {
    name,
    chain: "chain138",
    initCode: data,
    after: after.map((dependency) => ({ name: dependency, address: addressOf(stringToHex(dependency)) })),
    client: estimatingClient(chain),
    artifact: bareArtifact("0x00"),
  };
  return job(chain, name, { after, gas: creationGas(planned, { to: chain.sender, data }) });
}

describe.each([
  ["Besu", BESU],
  ["geth", GETH],
])("a transaction that no block of a chain of %s can hold", (_, dialect) => {
  it("is not sent, and the message names the contract and the chain's gas limit", async () => {
    const chain = new SimulatedChain([], { ...FREE, dialect, gasLimit: 5_000_000n });
    const lane = new Lane(chain);
    const [large, small] = await Promise.allSettled([
      lane.do(job(chain, "large", { gas: async () => 5_000_001n })),
      lane.do(job(chain, "small")),
    ]);
    expect(large).toMatchObject({
      reason: {
        code: "GAS_ABOVE_BLOCK_LIMIT",
        summary: expect.stringMatching(/^large on simulated chain: .* 5,000,001 .* 5,000,000/),
      },
    });
    expect(small.status).toBe("fulfilled");
    expect(chain.broadcasts).toBe(1);
  });
});

describe("an answer of Besu that is final", () => {
  it.each([
    [-32005, "Transaction gas limit exceeds block gas limit", /block gas limit/],
    [-32005, "Transaction gas limit cap exceeded", /EIP-7825/],
    [-32007, "Sender account not authorized to send transactions", /permit the account/],
    [-32004, "Upfront cost exceeds account balance", /Send ether/],
  ])("%i %s ends the job after one broadcast and says what helps", async (code, message, next) => {
    const refuses = () => ({ code, message });
    const chain = new SimulatedChain([], { ...FREE, refuses });
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toMatchObject({
      code: "TRANSACTION_REFUSED",
      summary: `weth on simulated chain: the node refuses the transaction: ${message}`,
      next: expect.stringMatching(next),
    });
    expect(chain.broadcasts).toBe(1);
  });

  it("is told from an answer that passes: the transaction is sent again until the node takes it", async () => {
    const passing = [
      { code: -32008, message: "Initial sync is still in progress" },
      { code: -32002, message: "Transaction pool not enabled. (Either txpool explicitly disabled, …)" },
      { code: -32000, message: "Transaction nonce is too distant from current sender nonce" },
      { code: -32000, message: "An invalid transaction with a lower nonce exists" },
      { code: -32009, message: "Gas price below configured minimum gas price" },
    ];
    const chain = new SimulatedChain([], { ...FREE, refuses: (count) => passing[count - 1] });
    expect(await new Lane(chain).do(job(chain, "weth"))).toMatchObject({ kind: "mined" });
    expect(chain.broadcasts).toBe(passing.length + 1);
  });
});

describe("another program with the same key on a chain with free gas", () => {
  const both = (chain: SimulatedChain) => {
    const lane = new Lane(chain);
    return Promise.allSettled([
      lane.do(creation(chain, "aggregator")),
      lane.do(creation(chain, "proxy", ["aggregator"])),
    ]);
  };

  it.each<Fault>(["foreign replacement", "foreign replacement mined"])(
    "replaces a pending contract (%s): the contract and its dependent get other nonces, and everything is mined",
    async (replacement) => {
      const chain = new SimulatedChain(["none", replacement, "none", "block"], DEPENDENT);
      expect(await both(chain)).toMatchObject([
        { status: "fulfilled", value: { kind: "mined" } },
        { status: "fulfilled", value: { kind: "mined" } },
      ]);
      // The lane does not replace the other program's transaction in turn.
      expect(chain.executed).toEqual([stringToHex("foreign 1"), AGGREGATOR, PROXY]);
    },
  );

  it("holds the lowest nonce with a transaction that is never mined: the message names the nonce", async () => {
    const chain = new SimulatedChain(["none", "foreign replacement", "fee spike"], { ...FREE, blockSize: 0 });
    await expect(new Lane(chain).do(job(chain, "weth"))).rejects.toMatchObject({
      code: "NONCE_BLOCKED",
      summary: expect.stringMatching(/nonce 0 of 0x0+aa is held by a transaction that this run did not send/),
    });
  });

  it("replaces the contract every time: the message says so, and so does that of the dependent", async () => {
    const always: Fault[] = Array(200).fill(["none", "foreign replacement mined"]).flat();
    const [aggregator, proxy] = await both(new SimulatedChain(always, DEPENDENT));
    expect(aggregator).toMatchObject({
      reason: {
        code: "NONCE_TAKEN",
        summary: expect.stringMatching(/^aggregator on simulated chain: .* used the nonces 0, \d+/),
      },
    });
    expect(proxy).toMatchObject({
      reason: {
        code: "DEPENDENCY_FAILED",
        summary: expect.stringMatching(/^proxy on simulated chain: .* aggregator failed.*used the nonces 0/s),
        next: expect.stringMatching(/other program/),
      },
    });
  });

  it("replaces nothing on geth, which takes no replacement at the same price", async () => {
    const chain = new SimulatedChain(["none", "foreign replacement mined"], { ...DEPENDENT, dialect: GETH });
    expect(await both(chain)).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(chain.executed).toEqual([AGGREGATOR, PROXY]);
  });
});

describe("a chain with free gas and another program with the same key", () => {
  const fault = fc.constantFrom<Fault>(
    "none",
    "block",
    "block",
    "mempool lost",
    "foreign transaction",
    "foreign replacement",
    "foreign replacement mined",
    "lost answer",
    "server error",
    "stale",
  );

  it("gets every contract once, with the contracts that the constructors need, whatever happens to the node", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 40 }),
        fc.record({
          blockSize: fc.integer({ min: 1, max: 6 }),
          poolSize: fc.integer({ min: 1, max: 8 }),
          confirmations: fc.integer({ min: 1, max: 3 }),
          maxPending: fc.integer({ min: 1, max: 12 }),
        }),
        fc.integer({ min: 1, max: 8 }),
        async (faults, limits, count) => {
          const names = Array.from({ length: count }, (_, index) => `contract-${index}`);
          const dataOf = (name: string | undefined) => stringToHex(name ?? "");
          // Every second contract needs the one before it.
          const needs = new Map(
            names.flatMap((name, index) =>
              index % 2 === 1 ? [[dataOf(name), dataOf(names[index - 1])] as const] : [],
            ),
          );
          const chain = new SimulatedChain([...faults], { ...FREE, ...limits, needs });
          const lane = new Lane(chain);
          await Promise.all(
            names.map((name, index) =>
              lane.do(creation(chain, name, index % 2 === 1 ? [names[index - 1] ?? ""] : [])),
            ),
          );
          const ours = chain.executed.filter((data) => names.some((name) => dataOf(name) === data));
          expect([...ours].sort()).toEqual(names.map(dataOf).sort());
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a contract whose dependency failed", () => {
  it("is not sent when it arrives after the failure, and is told the cause", async () => {
    const chain = new SimulatedChain([], { ...DEPENDENT, gasLimit: 5_000_000n });
    const lane = new Lane(chain);
    const aggregator = job(chain, "aggregator", { gas: async () => 6_000_000n });
    await expect(lane.do(aggregator)).rejects.toMatchObject({ code: "GAS_ABOVE_BLOCK_LIMIT" });
    await expect(lane.do(creation(chain, "proxy", ["aggregator"]))).rejects.toMatchObject({
      code: "DEPENDENCY_FAILED",
      summary: expect.stringMatching(/proxy .* aggregator failed.*5,000,000/s),
    });
    expect(chain.broadcasts).toBe(0);
  });

  it("is sent when the dependency succeeds in a later attempt", async () => {
    const chain = new SimulatedChain([], { ...DEPENDENT, gasLimit: 5_000_000n });
    const lane = new Lane(chain);
    await expect(lane.do(job(chain, "aggregator", { gas: async () => 6_000_000n }))).rejects.toMatchObject({
      code: "GAS_ABOVE_BLOCK_LIMIT",
    });
    expect(await lane.do(job(chain, "aggregator", { gas: async () => 1_000_000n }))).toMatchObject({
      kind: "mined",
    });
    expect(await lane.do(creation(chain, "proxy", ["aggregator"]))).toMatchObject({ kind: "mined" });
  });
});
