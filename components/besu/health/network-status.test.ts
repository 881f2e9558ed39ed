import { describe, expect, test } from "vitest";
import { judge } from "./judgement";
import { networkStatus } from "./network-status";
import { addressOf, EXPECTED, HEALTHY, observation, region, validator } from "./testing";

describe("the status of a network", () => {
  test("counts those that sign", () => {
    expect(networkStatus(HEALTHY).chain).toEqual({
      head: 100,
      validators: 4,
      signing: 4,
      quorum: 3,
      genesisBlocks: 1,
    });
  });

  test.each([
    ["stopped", { replicas: 0, observation: undefined, isReady: false }],
    ["missing", { replicas: undefined, observation: undefined, isReady: false }],
    ["starting", { isReady: false, observation: undefined, problem: "refused" }],
    ["unreachable", { observation: undefined, problem: "no answer within 5 s" }],
    ["syncing", { observation: observation(90, { syncingTo: 100 }) }],
    ["syncing", { observation: observation(97) }],
    ["running", { observation: observation(98) }],
  ] as const)("says %s of a validator", (state, changes) => {
    const regions = [region("eastus", validator(0), validator(1, changes))];
    expect(networkStatus(regions).regions[0]?.validators[1]?.state).toBe(state);
    expect(judge(regions, EXPECTED).unmet.length === 0).toBe(state === "running");
  });

  test("tells a validator that has not proposed within the last 2N blocks, and one without a vote", () => {
    const quiet = observation(100, {
      validators: [0, 1, 2].map(addressOf),
      lastProposed: new Map([
        [addressOf(0), 99],
        [addressOf(1), 95],
        [addressOf(2), 94],
      ]),
    });
    const nodes = [0, 1, 2, 3].map((index) => validator(index, { observation: quiet }));
    const { chain, regions } = networkStatus([region("eastus", ...nodes)]);
    expect(chain).toMatchObject({ validators: 3, signing: 2, quorum: 2 });
    expect(regions[0]?.validators.map(({ signing }) => signing)).toEqual([true, true, false, null]);
  });

  test("compares heads that were read at different times", () => {
    // The chain makes 10 blocks a second; the second node was asked half a second before the first, and is up to date.
    const read = (index: number, ...readings: { at: number; number: number }[]) =>
      validator(index, { readings });
    const onTime = read(0, { at: 0, number: 100 }, { at: 1_000, number: 110 });
    const earlier = read(1, { at: 0, number: 100 }, { at: 500, number: 105 });
    const stuck = read(2, { at: 0, number: 100 }, { at: 1_000, number: 100 });
    const { regions } = networkStatus([region("eastus", onTime, earlier, stuck)]);
    expect(regions[0]?.validators.map(({ lag, state }) => [lag, state])).toEqual([
      [0, "running"],
      [0, "running"],
      [10, "syncing"],
    ]);
  });

  test("is not misled by a node of another chain, however high its head", () => {
    const foreign = observation(500, { genesisHash: "0xbb", validators: [] });
    const status = networkStatus([
      region("eastus", validator(0), validator(1)),
      region("westus", validator(2), validator(3, { observation: foreign })),
    ]);
    expect(status.chain).toMatchObject({ head: 100, validators: 4, genesisBlocks: 2 });
    expect(status.regions[0]?.validators[0]).toMatchObject({ state: "running", lag: 0 });
  });
});
