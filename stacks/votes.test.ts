import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Chain } from "../components/besu/genesis/genesis-resource";
import { type NetworkVotes, removalHeldBack, restartLimit } from "./votes";

const regions = [
  { name: "eastus", validators: 4 },
  { name: "onprem", validators: 4 },
];
const names = regions.flatMap(({ name, validators }) =>
  Array.from({ length: validators }, (_, index) => `${name}-validator-${index}`),
);
const chainOf = (founders: readonly string[] | undefined) =>
  ({ founders: pulumi.output(founders) }) as unknown as Chain;
const never = new Promise<never>(() => {});
const votes = (total: number, present: number): NetworkVotes => ({
  ...{ total, present, byRegion: [] },
  lost: Array.from({ length: total - present }, (_, index): `0x${string}` => `0x${index}`),
});

describe("how many validators may restart at once", () => {
  it("follows from the names until the addresses are known, which a cluster's update cannot wait for", async () => {
    expect(await restartLimit(chainOf(names), regions, never)()).toBe(1);
    expect(await restartLimit(chainOf(undefined), regions, never)()).toBe(1);
    const lost = Array.from({ length: 3 }, (_, index) => `gone-validator-${index}`);
    await expect(restartLimit(chainOf([...names, ...lost]), regions, never)()).rejects.toMatchObject({
      code: "VALIDATOR_UPDATE_REFUSED",
      summary: expect.stringContaining("8 of 11 votes remain, and 8 make the quorum"),
    });
  });

  it("follows from the addresses once they are known: a name that was added again has no vote", async () => {
    const limit = restartLimit(chainOf(names), regions, Promise.resolve(pulumi.output(votes(8, 6))));
    await new Promise(setImmediate);
    await expect(limit()).rejects.toThrow("6 of 8 votes remain, and 6 make the quorum");
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
