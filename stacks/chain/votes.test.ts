import * as pulumi from "@pulumi/pulumi";
import { pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import type { AskedValidator, NoAnswer } from "../../components/besu/chain-view/chain-view";
import type { Chain } from "../../components/besu/genesis/genesis-resource";
import type { NodeObservation } from "../../components/besu/node-access/observe-node";
import { ONE_AT_A_TIME } from "../../components/besu/votes/allowance";
import { configuredLimit, type NetworkVotes, removalHeldBack, restartLimit } from "./votes";

const regions = [
  { name: "eastus", validators: 4 },
  { name: "onprem", validators: 4 },
];
const names = regions.flatMap(({ name, validators }) =>
  Array.from({ length: validators }, (_, index) => `${name}-validator-${index}`),
);
const chainOf = (founders: readonly string[] | undefined, isVoted?: true) =>
  ({ founders: pulumi.output(founders), isVoted: pulumi.output(isVoted) }) as unknown as Chain;
const never = new Promise<never>(() => {});
const votes = (total: number, present: number): NetworkVotes => ({
  ...{ total, present, voters: [], byRegion: [] },
  lost: Array.from({ length: total - present }, (_, index): `0x${string}` => `0x${index}`),
});

describe("how many validators may restart at once, as the config says it", () => {
  it("follows from the names until the addresses are known, which a cluster's update cannot wait for", async () => {
    expect(await configuredLimit(chainOf(names), regions, never)()).toMatchObject({ atOnce: 1 });
    expect(await configuredLimit(chainOf(undefined), regions, never)()).toMatchObject({ atOnce: 1 });
    const lost = Array.from({ length: 3 }, (_, index) => `gone-validator-${index}`);
    expect(await configuredLimit(chainOf([...names, ...lost]), regions, never)()).toMatchObject({
      atOnce: 0,
      refusal: {
        code: "VALIDATOR_UPDATE_REFUSED",
        summary: expect.stringContaining("8 of 11 votes remain, and 8 make the quorum"),
      },
    });
  });

  it("follows from the config once votes have changed the validators, because the genesis block says nothing about them", async () => {
    const gone = Array.from({ length: 8 }, (_, index) => `gone-validator-${index}`);
    expect(await configuredLimit(chainOf(gone), regions, never)()).toMatchObject({ atOnce: 0 });
    expect(await configuredLimit(chainOf(gone, true), regions, never)()).toMatchObject({ atOnce: 1 });
  });

  it("follows from the addresses once they are known: a name that was added again has no vote", async () => {
    const limit = configuredLimit(chainOf(names), regions, Promise.resolve(pulumi.output(votes(8, 6))));
    await new Promise(setImmediate);
    expect((await limit()).refusal.summary).toContain("6 of 8 votes remain, and 6 make the quorum");
  });
});

describe("how many validators may restart at once", () => {
  const seven = names.slice(0, 7);
  const addresses = seven.map((_, index) => pad(toHex(index + 1), { size: 20 }));
  const observation: NodeObservation = {
    at: 0,
    chainId: 138,
    genesisHash: pad("0x1"),
    head: { number: 100, hash: pad("0x2"), timestampSeconds: 0 },
    syncingTo: undefined,
    peers: 6,
    validators: addresses,
    lastProposed: new Map(addresses.map((address, index) => [address, 94 + index])),
  };
  /** Seven validators, some of which do not answer for a reason. */
  const askedWith = (problems: Readonly<Record<string, NoAnswer>>) =>
    seven.map((name, index) => ({ name, address: addresses[index], answer: problems[name] ?? observation }));
  const limitOf = (asked: readonly AskedValidator[], hasAnswered = true) =>
    restartLimit({
      nodes: { ask: async () => [...asked], hasAnswered },
      requestTimeoutSeconds: 4,
      withoutChain: async () => ONE_AT_A_TIME,
    })(new Set(["eastus-validator-1"]));
  const absent = { problem: "does not answer: no answer within 10 s" };
  const ended = { problem: "does not run: ImagePullBackOff", hasEnded: true };

  it("is what the chain has left without the validators that are down, those under update apart", async () => {
    expect(await limitOf(askedWith({ "eastus-validator-1": absent }))).toMatchObject({
      atOnce: 1,
      chain: { height: 100, patienceBlocks: 14 },
    });
    const refused = await limitOf(askedWith({ "onprem-validator-0": absent, "onprem-validator-1": ended }));
    expect(refused.atOnce).toBe(0);
    expect(refused.refusal.summary).toBe(
      "No validator that is up was updated: 5 of the chain's 7 validators sign, and 5 must, so the chain would stop while a " +
        "single one restarts. onprem-validator-0 does not answer: no answer within 10 s and onprem-validator-1 does not run: ImagePullBackOff.",
    );
    expect([...refused.ended]).toEqual([["onprem-validator-1", "does not run: ImagePullBackOff"]]);
  });

  it("is what the config says if no node has answered in this run, and none if they have stopped answering", async () => {
    const nobody = askedWith(Object.fromEntries(seven.map((name) => [name, absent])));
    expect(await limitOf(nobody, false)).toEqual(ONE_AT_A_TIME);
    expect(await limitOf(nobody)).toMatchObject({ atOnce: 0, chain: { standstillSeconds: 60 } });
  });

  it("does not count those whose containers do not run, also if no node answers", async () => {
    const nobody = askedWith(Object.fromEntries(seven.map((name) => [name, ended])));
    expect((await limitOf(nobody, false)).ended.size).toBe(7);
    expect((await limitOf(nobody)).ended.size).toBe(7);
  });
});

describe("a run that removes validators with a vote", () => {
  it("deletes nothing if an update has failed", () => {
    expect(removalHeldBack(votes(10, 8), { isIncomplete: true })?.message).toBe(
      "REMOVAL_HELD_BACK: Nothing was deleted, because a validator did not come back from its update. " +
        "8 of 10 votes remain, and 7 make the quorum.\nRepair the validator that the run names, then run again.",
    );
  });

  it("goes on otherwise, and so does a run that removes none", () => {
    expect(removalHeldBack(votes(10, 8), { isIncomplete: false })).toBeUndefined();
    expect(removalHeldBack(votes(10, 10), { isIncomplete: true })).toBeUndefined();
  });
});
