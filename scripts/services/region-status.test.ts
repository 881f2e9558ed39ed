import { type Address, pad, toHex } from "viem";
import { describe, expect, test } from "vitest";
import type { NodeObservation } from "../../components/besu/node-access/observe-node";
import { quorum } from "../../components/besu/quorum";
import { isHealthy, networkStatus, type ObservedRegion, type ObservedValidator } from "./region-status";
import { selectRegions } from "./regions";
import { statusReport } from "./status-table";
import { haltOf } from "./stop";

const address = (index: number) => pad(toHex(index + 1), { size: 20 }) as Address;

function observation(head: number, changes: Partial<NodeObservation> = {}): NodeObservation {
  return {
    at: 1_000,
    chainId: 138,
    genesisHash: "0xaa",
    head: { number: head, hash: "0x01", timestampSeconds: 0 },
    syncingTo: undefined,
    peers: 3,
    validators: [0, 1, 2, 3].map(address),
    lastProposed: new Map([0, 1, 2, 3].map((index) => [address(index), head - index])),
    ...changes,
  };
}

function validator(index: number, changes: Partial<ObservedValidator> = {}): ObservedValidator {
  const observed = "observation" in changes ? changes.observation : observation(100);
  return {
    name: `validator-${index % 2}`,
    address: address(index),
    replicas: 1,
    isReady: true,
    observation: observed,
    readings: observed === undefined ? [] : [{ at: observed.at, number: observed.head.number }],
    problem: undefined,
    ...changes,
  };
}

const region = (name: string, ...validators: ObservedValidator[]): ObservedRegion => ({
  name,
  cloud: "azure",
  validators,
});
const healthy = [region("eastus", validator(0), validator(1)), region("westus", validator(2), validator(3))];

describe("the status of a network", () => {
  test("is healthy if every validator runs and signs", () => {
    const status = networkStatus(healthy, quorum);
    expect(status.chain).toEqual({ head: 100, validators: 4, signing: 4, quorum: 3, genesisBlocks: 1 });
    expect(isHealthy(status)).toBe(true);
    expect(statusReport(status)).toContain(
      "chain: block 100, 4 of 4 validators sign, quorum 3, 1 more may fail",
    );
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
    const status = networkStatus([region("eastus", validator(0), validator(1, changes))], quorum);
    expect(status.regions[0]?.validators[1]?.state).toBe(state);
    expect(isHealthy(status)).toBe(state === "running");
  });

  test("tells a validator that has not proposed within the last 2N blocks, and by how much the quorum is missed", () => {
    const quiet = observation(100, {
      lastProposed: new Map([
        [address(0), 99],
        [address(1), 93],
        [address(2), 92],
      ]),
    });
    const status = networkStatus([region("eastus", validator(0, { observation: quiet }))], quorum);
    expect(status.chain).toMatchObject({ signing: 2, quorum: 3 });
    expect(statusReport(status)).toContain("2 of 4 validators sign, quorum 3, 1 too few");
  });

  test("keeps regions that do not answer in their place, and counts them", () => {
    const status = networkStatus(
      [
        healthy[0] as ObservedRegion,
        { name: "down", cloud: "aws", validators: [], error: "no end within 15 s" },
      ],
      quorum,
    );
    expect(isHealthy(status)).toBe(false);
    const report = statusReport(status);
    expect(report).toContain("down: no end within 15 s");
    expect(report).toContain("1 of 2 regions did not answer.");
    expect(report.indexOf("eastus")).toBeLessThan(report.indexOf("down"));
  });

  test("compares heads that were read at different times", () => {
    // The chain makes 10 blocks a second; the second node was asked half a second before the first, and is up to date.
    const read = (index: number, ...readings: { at: number; number: number }[]) =>
      validator(index, { readings });
    const onTime = read(0, { at: 0, number: 100 }, { at: 1_000, number: 110 });
    const earlier = read(1, { at: 0, number: 100 }, { at: 500, number: 105 });
    const stuck = read(2, { at: 0, number: 100 }, { at: 1_000, number: 100 });
    const [{ validators }] = networkStatus([region("eastus", onTime, earlier, stuck)], quorum).regions as [
      ReturnType<typeof networkStatus>["regions"][0],
    ];
    expect(validators.map(({ lag, state }) => [lag, state])).toEqual([
      [0, "running"],
      [0, "running"],
      [10, "syncing"],
    ]);
  });

  test("tells nodes on different chains apart", () => {
    const other = validator(1, { observation: observation(5, { genesisHash: "0xbb" }) });
    const status = networkStatus([region("eastus", validator(0), other)], quorum);
    expect(isHealthy(status)).toBe(false);
    expect(statusReport(status)).toContain("on 2 different chains");
  });
});

test("a stop halts the chain if fewer than the quorum would still run", () => {
  expect(haltOf({ total: 10, remaining: 7 })).toBeUndefined();
  expect(haltOf({ total: 10, remaining: 6 })).toBe(
    "halts the chain: 6 of 10 validators would still run, and 7 must sign a block",
  );
});

test("regions are named as in the config, and taken in its order", () => {
  const regions = ["a", "b", "c"].map((name) => ({ name }));
  expect(selectRegions(["all"], regions)).toEqual(regions);
  expect(selectRegions(["c", "a"], regions).map(({ name }) => name)).toEqual(["a", "c"]);
  expect(() => selectRegions(["mars"], regions)).toThrow("REGION_UNKNOWN: The network has no region mars.");
});
