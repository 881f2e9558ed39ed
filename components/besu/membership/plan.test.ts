import fc from "fast-check";
import { type Address, pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { quorum } from "../quorum";
import { type MemberNode, planMembership, removableAtOnce } from "./plan";

const accountOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const accounts = (...indices: readonly number[]) => indices.map(accountOf);
const [A, B, C, D, E, F] = accounts(0, 1, 2, 3, 4, 5) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];

function node(
  address: Address,
  proposals: Readonly<Record<Address, boolean>> = {},
  isInSync = true,
): MemberNode {
  return { address, isInSync, proposals: new Map(Object.entries(proposals) as [Address, boolean][]) };
}

/** All current validators sign, and all nodes answer, are in sync and have no proposal, unless it is said otherwise. */
function plan(
  current: readonly Address[],
  wanted: readonly Address[],
  {
    signing = current,
    nodes = [],
  }: { readonly signing?: readonly Address[]; readonly nodes?: readonly MemberNode[] } = {},
) {
  const all = [...new Set([...current, ...wanted])].map(
    (address) => nodes.find((candidate) => candidate.address === address) ?? node(address),
  );
  return planMembership({ current, wanted, signing: new Set(signing), nodes: all });
}

describe("the plan of a change of the validators", () => {
  it("is done if the chain has those of the config", () => {
    expect(plan([A, B, C, D], [D, C, B, A])).toEqual({ steps: [], phase: { kind: "done" } });
  });

  it("adds before it removes, and only nodes that have all blocks", () => {
    const replaced = plan([A, B, C, D], [A, B, C, E]);
    expect(replaced.phase).toEqual({ kind: "adding", subjects: [E] });
    expect(replaced.steps).toEqual(
      [A, B, C, D].map((voter) => ({ kind: "propose", node: voter, subject: E, add: true })),
    );
    expect(plan([A, B, C, D], [A, B, C, E], { nodes: [node(E, {}, false)] })).toEqual({
      steps: [],
      phase: { kind: "syncing", subjects: [E] },
    });
    expect(plan([A, B, C, D, E], [A, B, C, E]).phase).toEqual({ kind: "removing", subjects: [D] });
  });

  it("removes those that do not sign before the others", () => {
    const current = [A, B, C, D, E, F];
    const { phase } = plan(current, [A, B, C, D], { signing: [A, B, C, D, E] });
    expect(phase).toEqual({ kind: "removing", subjects: [F] });
  });

  it("waits where a removal could take the chain its quorum", () => {
    const current = [A, B, C, D, E, F];
    // Four of six sign. Without F, four of five would have to, and three would.
    expect(plan(current, [A, B, C, D, E], { signing: [A, B, C, F] }).phase).toEqual({
      kind: "unsafe",
      subjects: [F],
    });
    expect(plan(current, [A, B, C, D, E], { signing: [A, B, C] }).phase.kind).toBe("unsafe");
  });

  it("repeats no request that a node has taken, and takes back those that are not part of it", () => {
    const nodes = [node(A, { [E]: true }), node(B, { [E]: false }), node(C, { [D]: false })];
    expect(plan([A, B, C, D], [A, B, C, D, E], { nodes }).steps).toEqual([
      { kind: "discard", node: B, subject: E },
      { kind: "discard", node: C, subject: D },
      { kind: "propose", node: B, subject: E, add: true },
      { kind: "propose", node: C, subject: E, add: true },
      { kind: "propose", node: D, subject: E, add: true },
    ]);
    expect(plan([A, B, C, D], [A, B, C, D], { nodes })).toMatchObject({
      steps: [{ node: A }, { node: B }, { node: C }],
      phase: { kind: "discarding" },
    });
  });

  it("never votes out so many at once that the others would be no quorum if one more failed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 100 }), fc.nat(100), (validators, missing) => {
        const signing = Math.max(0, validators - missing);
        const removed = removableAtOnce(validators, signing);
        for (let gone = 1; gone <= removed; gone += 1) {
          expect(signing - gone - 1).toBeGreaterThanOrEqual(quorum(validators - gone));
        }
      }),
    );
    expect([5, 6, 7, 10, 48].map((validators) => removableAtOnce(validators, validators))).toEqual([
      2, 3, 4, 7, 45,
    ]);
  });
});
