import { type Address, pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import type { ObservedMembers } from "./members";
import type { MembershipPhase } from "./plan";
import { Progress, stalled } from "./progress";

const accountOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const current = [0, 1, 2, 3].map(accountOf);
const MINUTE = 60_000;

const observed = (changed: Partial<ObservedMembers> = {}): ObservedMembers => ({
  current,
  wanted: current,
  signing: new Set(current),
  nodes: current.map((address) => ({ address, isInSync: true, proposals: new Map() })),
  height: 100,
  imported: 0,
  problems: new Map(),
  ...changed,
});

const adding: MembershipPhase = { kind: "adding", subjects: [accountOf(4)] };
const syncing: MembershipPhase = { kind: "syncing", subjects: [accountOf(4)] };

describe("the progress of a change of the validators", () => {
  const endsAfter = (phase: MembershipPhase, minutes: number, later: Partial<ObservedMembers>) => {
    const progress = new Progress();
    progress.note(observed(), phase, 0);
    progress.note(observed(later), phase, minutes * MINUTE);
    return progress.hasEnded(observed(later), phase, minutes * MINUTE);
  };

  it("lasts as long as new validators import blocks, and ends ten minutes after the last one", () => {
    expect(endsAfter(syncing, 11, { imported: 5 })).toBe(false);
    expect(endsAfter(syncing, 9, { height: 500 })).toBe(false);
    expect(endsAfter(syncing, 11, { height: 500 })).toBe(true);
  });

  it("lasts as long as the validators have not had their turns to vote, but not on a chain that stands still", () => {
    expect(endsAfter(adding, 11, { height: 120 })).toBe(false);
    expect(endsAfter(adding, 11, { height: 121 })).toBe(true);
    expect(endsAfter(adding, 11, { height: 100 })).toBe(true);
    expect(endsAfter(adding, 11, { height: 300, current: [...current, accountOf(4)] })).toBe(false);
  });
});

describe("a change that has come to a standstill", () => {
  it("says what it waits for, and what the nodes lack", () => {
    const problems = new Map([["us-validator-0", "has 0 peers and 0 of 100 blocks"]]);
    expect(stalled(observed({ problems }), syncing).message).toBe(
      `VALIDATORS_NOT_CHANGED: The chain does not have the validators of the config yet, and no validator was deleted: ${accountOf(4)} ` +
        "must have all blocks before the others vote. us-validator-0 has 0 peers and 0 of 100 blocks.\n" +
        "Repair these nodes (chainfleet services status shows them), then run again. The run goes on where this one ended.",
    );
    expect(stalled(observed({ nodes: [] }), adding).summary).toContain(
      "more than half of the chain's 4 validators must vote, and 0 of them answer.",
    );
    expect(stalled(undefined, { kind: "discarding" }).summary).toContain("no node of the network answers");
  });
});
