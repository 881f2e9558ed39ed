import { expect, it } from "vitest";
import { SendPolicy, type Situation } from "./restraint";

const at = (block: number): Situation => ({
  sight: { block, mined: 0, pending: 0, receipts: new Map(), forgotten: new Set() },
  rules: {
    maxPending: 9,
    confirmations: 1,
    patience: 3,
    fee: { max: 1n, tip: 1n },
    floor: 1n,
    ceiling: 9n,
  },
  flights: [],
  waiting: [{ name: "WETH9", isIdempotent: false }],
});
const chain = { name: "chain138", sender: "0x00000000000000000000000000000000000000aa" } as const;

it("gives up when the chain makes no block any more, and not while it does", () => {
  const restraint = new SendPolicy(chain);
  const minute = 60_000;
  expect(restraint.evaluate(at(7), 0)).toBe("go");
  expect(restraint.evaluate(at(7), 9 * minute)).toBe("go");
  expect(restraint.evaluate(at(8), 11 * minute)).toBe("go");
  expect(restraint.evaluate(at(8), 20 * minute)).toBe("go");
  expect(restraint.evaluate(at(8), 21 * minute)).toMatchObject({
    message: expect.stringContaining(
      "WETH9 on chain138: the chain has made no block for 10 minutes, since 8.",
    ),
  });
});
