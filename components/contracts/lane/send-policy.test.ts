import { expect, it } from "vitest";
import { SendPolicy, type Situation } from "./send-policy";

const at = (block: number): Situation => ({
  snapshot: { block, mined: 0, pending: 0, receipts: new Map(), dropped: new Set() },
  rules: {
    maxPending: 9,
    confirmations: 1,
    patience: 3,
    fee: { max: 1n, tip: 1n },
    floor: 1n,
    ceiling: 9n,
    gasLimit: 30_000_000n,
  },
  inFlight: [],
  waiting: [{ name: "WETH9", isIdempotent: false }],
});
const chain = { name: "chain138", sender: "0x00000000000000000000000000000000000000aa" } as const;

it("stops when the chain makes no block for ten minutes, and proceeds until then", () => {
  const policy = new SendPolicy(chain);
  const minute = 60_000;
  expect(policy.evaluate(at(7), 0)).toEqual({ kind: "proceed" });
  expect(policy.evaluate(at(7), 9 * minute)).toEqual({ kind: "proceed" });
  expect(policy.evaluate(at(8), 11 * minute)).toEqual({ kind: "proceed" });
  expect(policy.evaluate(at(8), 20 * minute)).toEqual({ kind: "proceed" });
  expect(policy.evaluate(at(8), 21 * minute)).toMatchObject({
    kind: "stop",
    error: {
      code: "CHAIN_STOPPED",
      summary: "WETH9 on chain138: the chain has made no block for 10 minutes, since block 8.",
    },
  });
});
