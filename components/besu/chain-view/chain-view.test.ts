import { type Address, pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import type { NodeObservation } from "../node-access/observe-node";
import { type AskedValidator, chainView, endedAmong } from "./chain-view";
import { missingReturn } from "./return";

const accountOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const VALIDATORS = [0, 1, 2, 3].map(accountOf);

function observation(changed: Partial<NodeObservation> = {}): NodeObservation {
  return {
    at: 0,
    chainId: 138,
    genesisHash: pad("0x1"),
    head: { number: 100, hash: pad("0x2"), timestampSeconds: 0 },
    syncingTo: undefined,
    peers: 3,
    validators: VALIDATORS,
    lastProposed: new Map(VALIDATORS.map((address, index) => [address, 96 + index])),
    ...changed,
  };
}

const head = (number: number) => ({ number, hash: pad("0x2"), timestampSeconds: 0 });

/** Four validators that all answer, with changed answers. */
function asked(changes: Readonly<Record<number, AskedValidator["answer"]>> = {}): AskedValidator[] {
  return VALIDATORS.map((address, index) => ({
    name: `eu-validator-${index}`,
    address,
    answer: index in changes ? changes[index] : observation(),
  }));
}

describe("a chain, as its nodes see it", () => {
  it("has nobody down if all answer and sign", () => {
    expect(chainView(asked())).toEqual({
      genesisHash: pad("0x1"),
      height: 100,
      withoutVote: new Set(),
      validators: VALIDATORS,
      down: new Map(),
    });
  });

  it("is unknown if no node answers, whether they were asked or not", () => {
    const problem = { problem: "does not answer: timeout" };
    expect(chainView(asked({ 0: problem, 1: problem, 2: undefined, 3: undefined }))).toBeUndefined();
  });

  it("counts as down who does not answer, who has proposed none of the last 2N blocks, and who is on another chain", () => {
    const best = observation({
      head: head(104),
      lastProposed: new Map([
        [accountOf(0), 103],
        [accountOf(1), 97],
        [accountOf(2), 96],
      ]),
    });
    const view = chainView(
      asked({
        0: best,
        1: { problem: "does not answer: timeout" },
        3: observation({ genesisHash: pad("0x9"), head: head(9_000) }),
      }),
    );
    expect(view?.height).toBe(104);
    expect([...(view?.down ?? [])]).toEqual([
      ["eu-validator-1", { reason: "does not answer: timeout", evidence: "unanswered" }],
      ["eu-validator-2", { reason: "has proposed none of the last 8 blocks", evidence: "silent" }],
      ["eu-validator-3", { reason: "is on the chain of another genesis block", evidence: "silent" }],
    ]);
  });

  it("knows those whose containers do not run from those that only do not answer, also if no node answers", () => {
    const ended = { problem: "does not run: ImagePullBackOff", hasEnded: true };
    const some = asked({ 1: ended });
    expect(chainView(some)?.down.get("eu-validator-1")).toEqual({ reason: ended.problem, evidence: "ended" });
    const nobody = asked({ 0: ended, 1: ended, 2: { problem: "does not answer: timeout" }, 3: undefined });
    expect([...endedAmong(nobody).keys()]).toEqual(["eu-validator-0", "eu-validator-1"]);
  });

  it("judges by their blocks alone validators that were not asked and those that the config does not have", () => {
    const lastProposed = new Map([
      [accountOf(0), 99],
      [accountOf(1), 98],
    ]);
    const [first, second] = asked({ 0: observation({ lastProposed }), 1: undefined });
    expect([...(chainView([first, second] as AskedValidator[])?.down.keys() ?? [])]).toEqual([
      accountOf(2),
      accountOf(3),
    ]);
  });

  it("of fewer than 2N blocks has given no validator enough time to be silent", () => {
    const young = observation({ head: head(7), lastProposed: new Map() });
    const old = observation({ head: head(8), lastProposed: new Map() });
    expect(chainView(asked({ 0: young, 1: young, 2: young, 3: young }))?.down.size).toBe(0);
    expect(chainView(asked({ 0: old, 1: old, 2: old, 3: old }))?.down.size).toBe(4);
  });
});

describe("a validator that was restarted", () => {
  it("is back when it has peers for a quorum and their blocks, and the chain goes on", () => {
    expect(missingReturn(observation({ peers: 1 }), 90)).toBe("has 1 peers, and a quorum needs 2");
    expect(missingReturn(observation({ syncingTo: 120 }), 90)).toBe("has imported 100 of 120 blocks");
    expect(missingReturn(observation(), 100)).toBe(
      "has seen no block after 100, the chain's height when it came back",
    );
    expect(missingReturn(observation({ peers: 2 }), 99)).toBeUndefined();
  });
});
