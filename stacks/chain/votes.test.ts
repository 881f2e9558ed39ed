import * as pulumi from "@pulumi/pulumi";
import { pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import type { ChainView } from "../../components/besu/chain-view/chain-view";
import type { Chain } from "../../components/besu/genesis/genesis-resource";
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
  const limitOf = (view: ChainView | undefined, hasAnswered = view !== undefined) =>
    restartLimit({
      nodes: { view: async () => view, hasAnswered },
      requestTimeoutSeconds: 4,
      withoutChain: async () => ONE_AT_A_TIME,
    })(new Set(["eastus-validator-1"]));
  const validators = Array.from({ length: 7 }, (_, index) => pad(toHex(index)));
  const down = { reason: "does not answer: no such pod", isSilent: false };

  it("is what the chain has left without the validators that are down, those under update apart", async () => {
    const view = {
      genesisHash: pad("0x1"),
      height: 100,
      validators,
      down: new Map([["eastus-validator-1", down]]),
      withoutVote: new Set<string>(),
    };
    expect(await limitOf(view)).toMatchObject({ atOnce: 1, chain: { height: 100, patienceBlocks: 14 } });
    const two = new Map(["onprem-validator-0", "onprem-validator-1"].map((name) => [name, down]));
    const refused = await limitOf({ ...view, down: two });
    expect(refused.atOnce).toBe(0);
    expect(refused.refusal.summary).toBe(
      "No further validator was updated: 5 of the chain's 7 validators sign, and 5 must, so the chain would stop while a " +
        "single one restarts. onprem-validator-0 does not answer: no such pod and onprem-validator-1 does not answer: no such pod.",
    );
  });

  it("is what the config says if no node has answered in this run, and none if they have stopped answering", async () => {
    expect(await limitOf(undefined)).toBe(ONE_AT_A_TIME);
    expect(await limitOf(undefined, true)).toMatchObject({ atOnce: 0, chain: { standstillSeconds: 60 } });
  });
});

describe("a run that removes validators with a vote", () => {
  it("deletes nothing if an update has failed", () => {
    expect(removalHeldBack(votes(10, 8), { isClosed: true })?.message).toBe(
      "REMOVAL_HELD_BACK: Nothing was deleted, because a validator did not come back from its update. " +
        "8 of 10 votes remain, and 7 make the quorum.\nRepair the validator that the run names, then run again.",
    );
  });

  it("goes on otherwise, and so does a run that removes none", () => {
    expect(removalHeldBack(votes(10, 8), { isClosed: false })).toBeUndefined();
    expect(removalHeldBack(votes(10, 10), { isClosed: true })).toBeUndefined();
  });
});
