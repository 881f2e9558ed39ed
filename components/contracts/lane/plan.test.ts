import { describe, expect, it } from "vitest";
import type { Fee } from "../rpc/fee";
import { type LaneRules, nextActions } from "./plan";

const rules = (ceiling: bigint): LaneRules => ({
  maxPending: 9,
  confirmations: 1,
  patience: 3,
  fee: { max: 100n, tip: 10n },
  floor: 100n,
  ceiling,
  gasLimit: 30_000_000n,
});

/** The actions for a stuck transaction. @param fee what it offered, in wei */
function actionsWhenStuck(ceiling: bigint, fee: Fee = { max: 100n, tip: 10n }, now: Fee = fee) {
  const broadcast = { hash: "0x01", fee, block: 1 } as const;
  const snapshot = { block: 9, mined: 4, pending: 5, receipts: new Map(), dropped: new Set<never>() };
  return nextActions(
    { inFlight: [{ job: "weth", nonce: 4, broadcasts: [broadcast] }], waiting: [] },
    snapshot,
    { ...rules(ceiling), fee: now },
  );
}

describe("a stuck transaction", () => {
  it("is replaced with slightly more than the ten percent that nodes require", () => {
    expect(actionsWhenStuck(1000n)).toEqual([
      { kind: "bump", job: "weth", nonce: 4, fee: { max: 113n, tip: 12n } },
    ]);
  });

  it("is replaced at the ceiling if the ceiling allows ten percent more", () => {
    expect(actionsWhenStuck(110n)).toEqual([
      { kind: "bump", job: "weth", nonce: 4, fee: { max: 110n, tip: 12n } },
    ]);
  });

  it("is replaced with a tip where it had none, because geth asks for a higher tip as well", () => {
    expect(actionsWhenStuck(1000n, { max: 100n, tip: 0n })).toEqual([
      { kind: "bump", job: "weth", nonce: 4, fee: { max: 113n, tip: 1n } },
    ]);
  });

  it("is replaced at a price of zero where gas is free, because nobody may own ether there", () => {
    expect(actionsWhenStuck(1000n, { max: 0n, tip: 0n })).toEqual([
      { kind: "bump", job: "weth", nonce: 4, fee: { max: 0n, tip: 0n } },
    ]);
  });

  it("is not replaced if the ceiling allows less than ten percent more", () => {
    expect(actionsWhenStuck(109n)).toEqual([]);
  });
});
