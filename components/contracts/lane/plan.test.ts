import { describe, expect, it } from "vitest";
import { type LaneRules, nextActions } from "./plan";

const rules = (ceiling: bigint): LaneRules => ({
  maxPending: 9,
  confirmations: 1,
  patience: 3,
  fee: { max: 100n, tip: 10n },
  floor: 100n,
  ceiling,
});

/** What is done about a transaction that offered 100 wei, a tip of 10 among them, and is stuck. */
function withStuck(ceiling: bigint) {
  const broadcast = { hash: "0x01", fee: { max: 100n, tip: 10n }, block: 1 } as const;
  const sight = { block: 9, mined: 4, pending: 5, receipts: new Map(), forgotten: new Set<never>() };
  return nextActions(
    { flights: [{ job: "weth", nonce: 4, broadcasts: [broadcast] }], waiting: [] },
    sight,
    rules(ceiling),
  );
}

describe("a stuck transaction", () => {
  it("pays a little more than the tenth that nodes ask for", () => {
    expect(withStuck(1000n)).toEqual([{ do: "bump", job: "weth", nonce: 4, fee: { max: 113n, tip: 12n } }]);
  });

  it("pays the ceiling if that is a tenth more", () => {
    expect(withStuck(110n)).toEqual([{ do: "bump", job: "weth", nonce: 4, fee: { max: 110n, tip: 12n } }]);
  });

  it("stays as it is if the ceiling leaves less", () => {
    expect(withStuck(109n)).toEqual([]);
  });
});
