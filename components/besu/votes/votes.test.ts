import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quorum } from "../quorum";
import { removalRefusal } from "./removal";
import { lostVotesWarning, marginOf, restartsAtOnce, withoutVoteText } from "./votes";

const network = (validators: number) => Array.from({ length: validators }, (_, index) => `v${index}`);
const votes = fc
  .integer({ min: 4, max: 100 })
  .chain((total) => fc.record({ total: fc.constant(total), present: fc.integer({ min: 0, max: total }) }));

describe("the margin", () => {
  it("is the crash tolerance of a chain that has all its validators, and shrinks with each lost vote", () => {
    expect([4, 7, 10, 48].map((total) => marginOf({ total, present: total }))).toEqual([1, 2, 3, 16]);
    expect(marginOf({ total: 10, present: 9 })).toBe(2);
    expect(marginOf({ total: 10, present: 6 })).toBe(-1);
  });

  it("is never exceeded by the validators that restart at once", () => {
    fc.assert(
      fc.property(votes, (some) => {
        const width = restartsAtOnce(some);
        expect(width).toBeLessThanOrEqual(Math.max(0, marginOf(some)));
        expect(some.present - width >= quorum(some.total) || width === 0).toBe(true);
      }),
    );
  });

  it("lets half of it restart at once, and one of a small network", () => {
    expect([4, 7, 10, 20, 48].map((total) => restartsAtOnce({ total, present: total }))).toEqual([
      1, 1, 1, 3, 8,
    ]);
    expect(restartsAtOnce({ total: 4, present: 3 })).toBe(0);
  });
});

describe("the removal of validators with a vote", () => {
  const voters = network(10);
  const refusal = (names: readonly string[], kept: readonly string[]) =>
    removalRefusal(names, (name) => kept.includes(name));

  it("is refused where fewer than the quorum would be left: 6 of 10, quorum 7", () => {
    expect(refusal(voters, voters.slice(4))?.message).toBe(
      "QUORUM_LOST: The config does not have v0, v1, v2 and v3, which have a vote on the chain. 6 of the chain's 10 " +
        "validators would be left, and 7 must sign a block: the chain would stop for good, because a validator's key is " +
        "deleted together with it. No resource was changed.\n" +
        "Keep at least 1 of them in the config. If the chain is no longer needed, delete the whole network: chainfleet down.",
    );
  });

  it("counts the votes that earlier changes have lost, and no full node in their place", () => {
    expect(refusal(voters, [...voters.slice(3), "new0", "new1"])).toBeUndefined();
    expect(refusal(voters, [...voters.slice(4), "new0", "new1", "new2"])?.code).toBe("QUORUM_LOST");
  });

  it("is refused exactly where the others are no quorum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 40 }), fc.infiniteStream(fc.boolean()), (total, stream) => {
        const names = network(total);
        const after = names.filter(() => stream.next().value);
        expect(refusal(names, after) !== undefined).toBe(after.length < quorum(total));
      }),
    );
  });
});

describe("the words about votes", () => {
  it("name every lost vote, what is left, and how much may fail", () => {
    expect(lostVotesWarning([], { total: 10, present: 10 })).toBeUndefined();
    expect(lostVotesWarning(["eastus-validator-0"], { total: 10, present: 9 })).toBe(
      "eastus-validator-0: the vote is lost for good, because a validator's key is deleted together with it. 9 of 10 votes " +
        "remain, and 7 make the quorum: 2 more validators may fail before the chain stops.",
    );
    expect(lostVotesWarning(["a", "b", "c"], { total: 10, present: 7 })).toContain(
      "a, b and c: the votes are lost for good",
    );
    expect(lostVotesWarning(["a", "b", "c"], { total: 10, present: 7 })).toContain(
      "the chain stops as soon as one more validator fails",
    );
  });

  it("tell full nodes from validators", () => {
    expect(withoutVoteText("uksouth", 2)).toBe("uksouth: 2 full nodes, no vote yet");
    expect(withoutVoteText("uksouth", 1)).toBe("uksouth: 1 full node, no vote yet");
  });
});
