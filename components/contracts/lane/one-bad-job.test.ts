import { stringToHex } from "viem";
import { describe, expect, it } from "vitest";
import { BESU, GETH } from "../../../test/support/contracts/node-dialects";
import { SimulatedChain } from "../../../test/support/contracts/simulated-chain";
import type { SimulatedSettings } from "../../../test/support/contracts/simulated-settings";
import { ChainfleetError } from "../../error";
import { type Job, UnsettledError } from "./job";
import { Lane } from "./lane";

const SETTINGS: SimulatedSettings = { blockSize: 9, poolSize: 9, confirmations: 1, maxPending: 9 };
const BAD = stringToHex("bad");

const job = (chain: SimulatedChain, name: string, changes: Partial<Job> = {}): Job => ({
  name,
  to: chain.sender,
  data: stringToHex(name),
  value: 0n,
  isIdempotent: true,
  after: [],
  gas: async () => 1n,
  isDone: async () => chain.executed.includes(stringToHex(name)),
  ...changes,
});

/** Does a bad job, and three others of which one comes after the bad one. Counts the blocks until the others are mined. */
async function together(chain: SimulatedChain, bad: Partial<Job> = {}) {
  const lane = new Lane(chain);
  const [badResult, ...others] = await Promise.allSettled([
    lane.do(job(chain, "bad", bad)),
    lane.do(job(chain, "router")),
    lane.do(job(chain, "weth")),
    lane.do(job(chain, "bridge", { after: ["bad"] })),
  ]);
  const blocks = others
    .slice(0, 2)
    .map((result) =>
      result.status === "fulfilled" && result.value.kind === "mined" ? result.value.receipt.block : "none",
    );
  return { bad: badResult, dependent: others[2], blocks };
}

describe("one bad transaction among others", () => {
  it.each([true, false])(
    "at which the node fails without a reason is refused alone, and the others do not wait for it (idempotent: %s)",
    async (isIdempotent) => {
      const refuses: SimulatedSettings["refuses"] = (_, data) =>
        data === BAD ? { code: -32603, message: "Internal error" } : undefined;
      const chain = new SimulatedChain([], { ...SETTINGS, dialect: BESU, refuses });
      const { bad, dependent, blocks } = await together(chain, { isIdempotent });
      expect(bad).toMatchObject({
        reason: {
          code: "TRANSACTION_REFUSED",
          summary: "bad on simulated chain: the node refuses the transaction: Internal error",
        },
      });
      expect(dependent).toMatchObject({ reason: { code: "DEPENDENCY_FAILED" } });
      for (const block of blocks) {
        expect(block).toBeLessThanOrEqual(8);
      }
    },
  );

  it("at which the node fails a few times is mined when the node recovers, and once", async () => {
    let failures = 4;
    const refuses: SimulatedSettings["refuses"] = (_, data) =>
      data === BAD && failures-- > 0 ? { code: -32603, message: "Internal error" } : undefined;
    const chain = new SimulatedChain([], { ...SETTINGS, dialect: BESU, refuses });
    const { bad, dependent } = await together(chain);
    expect([bad.status, dependent?.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(chain.executed.filter((data) => data === BAD)).toHaveLength(1);
  });

  it("about which the node cannot answer fails alone with the conclusion, and the others do not wait for it", async () => {
    const conclusion = new ChainfleetError({
      code: "CONSTRUCTOR_REVERTS",
      summary: "the constructor reverts",
    });
    const chain = new SimulatedChain([], SETTINGS);
    const { bad, dependent, blocks } = await together(chain, {
      gas: () => Promise.reject(new UnsettledError(conclusion)),
    });
    expect(bad).toMatchObject({ reason: conclusion });
    expect(dependent).toMatchObject({ reason: { code: "DEPENDENCY_FAILED" } });
    for (const block of blocks) {
      expect(block).toBeLessThanOrEqual(8);
    }
    expect(chain.executed).not.toContain(BAD);
  });

  it("about which the node answers later is sent then", async () => {
    let questions = 0;
    const chain = new SimulatedChain([], SETTINGS);
    const { bad, dependent } = await together(chain, {
      gas: async () => {
        questions += 1;
        if (questions < 7) {
          throw new Error("header not found");
        }
        return 1n;
      },
    });
    expect([bad.status, dependent?.status]).toEqual(["fulfilled", "fulfilled"]);
  });
});

it("a stuck transaction without a tip is replaced on geth, which asks for a higher tip as well", async () => {
  const chain = new SimulatedChain(["none", "fee spike"], { ...SETTINGS, dialect: GETH, tip: 0n });
  expect(await new Lane(chain).do(job(chain, "weth"))).toMatchObject({ kind: "mined" });
});
