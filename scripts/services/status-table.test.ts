import { expect, test } from "vitest";
import { judge } from "../../components/besu/health/judgement";
import {
  addressOf,
  EXPECTED,
  HEALTHY,
  observation,
  region,
  validator,
} from "../../components/besu/health/testing";
import { selectRegions } from "./regions";
import { statusReport } from "./status-table";
import { haltOf } from "./stop";

const report = (...regions: Parameters<typeof judge>[0]) => statusReport(judge(regions, EXPECTED));

test("the report says how many more validators may fail", () => {
  expect(report(...HEALTHY)).toContain("chain: block 100, 4 of 4 validators sign, quorum 3, 1 more may fail");
});

test("the report says by how much the quorum is missed, and who does not sign", () => {
  const quiet = observation(100, {
    lastProposed: new Map([
      [addressOf(0), 99],
      [addressOf(1), 93],
      [addressOf(2), 92],
    ]),
  });
  const text = report(region("eastus", validator(0), validator(3, { observation: quiet })));
  expect(text).toContain("chain: block 100, 4 of 4 validators sign");
  const missed = report(
    region("eastus", validator(0, { observation: quiet }), validator(3, { observation: quiet })),
  );
  expect(missed).toContain("2 of 4 validators sign, quorum 3, 1 too few");
  expect(missed).toContain("eastus validator-1: no block proposed within the last 8");
});

test("regions that do not answer keep their place, and are counted", () => {
  const down = { name: "down", cloud: "aws", nodes: [], error: "no end within 15 s" };
  const text = report(HEALTHY[0] as (typeof HEALTHY)[0], down);
  expect(text).toContain("down: no end within 15 s");
  expect(text).toContain("1 of 2 regions did not answer.");
  expect(text.indexOf("eastus")).toBeLessThan(text.indexOf("down"));
});

test("nodes on different chains are told", () => {
  const other = validator(1, { observation: observation(5, { genesisHash: "0xbb" }) });
  expect(report(region("eastus", validator(0), other))).toContain("on 2 different chains");
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
