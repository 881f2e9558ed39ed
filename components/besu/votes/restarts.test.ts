import { describe, expect, it } from "vitest";
import { type PlannedRestart, restartsText } from "./restarts";
import type { Votes } from "./votes";

const images = { before: "hyperledger/besu:26.8.1", after: "hyperledger/besu:26.9.0" };
const validator = (region: string, index: number): PlannedRestart => ({
  name: `${region}-validator-${index}`,
  region,
  images,
});
const all = { total: 10, present: 10 };
const told = (
  restarts: readonly PlannedRestart[],
  votes: Votes,
  regions: readonly string[],
  repaired: readonly string[] = [],
) => restartsText(restarts, { votes, regions, repaired });

describe("the restarts of a preview", () => {
  it("are told with the old and the new image, the order, how many at once, and what is left of the quorum", () => {
    const restarts = ["westeurope", "eastus"].flatMap((region) =>
      [0, 1].map((index) => validator(region, index)),
    );
    expect(told(restarts, all, ["eastus", "westeurope", "onprem"])).toBe(
      "will restart: 4 validators (hyperledger/besu:26.9.0 in place of hyperledger/besu:26.8.1); one at a time, each when the " +
        "one before is ready, in the order eastus, westeurope. Meanwhile 9 of 10 votes remain, and 7 make the quorum: 2 more " +
        "may fail.",
    );
  });

  it("are several at once in a large network", () => {
    expect(told([validator("a", 0)], { total: 48, present: 48 }, ["a"])).toContain(
      "8 at a time, each when the one before is ready, in the order a. Meanwhile 40 of 48 votes remain, and 32 make the quorum: 8 more may fail.",
    );
  });

  it("include the Kubernetes nodes on which validators run", () => {
    const text = told([{ name: "eastus-aks", region: "eastus" }], all, ["eastus"]);
    expect(text).toContain(
      "will restart: the validators of eastus-aks, whose Kubernetes nodes are updated; one at a time",
    );
  });

  it("are impossible where not a single validator may be down, and none where nothing restarts", () => {
    expect(told([validator("a", 0)], { total: 10, present: 7 }, ["a"])).toContain(
      "none of those that are up may: the chain would stop while a single one restarts, and up refuses their update. 7 of 10 votes remain, and 7 make the quorum.",
    );
    expect(told([], all, ["a"])).toBeUndefined();
  });

  it("begin with the validators that are down already, and count on them for the others", () => {
    const restarts = [0, 1, 2, 3].map((index) => validator("a", index));
    const votes = { total: 4, present: 2 };
    expect(told(restarts, votes, ["a"], ["a-validator-3", "a-validator-1"])).toContain(
      "a-validator-1 and a-validator-3 are down already and go first, which costs the chain nothing; one at a time, each when the " +
        "one before is ready, in the order a. Meanwhile 3 of 4 votes remain, and 3 make the quorum: 0 more may fail.",
    );
    expect(told([validator("a", 3)], votes, ["a"], ["a-validator-3"])).toMatch(
      /; a-validator-3 is down already and goes first, which costs the chain nothing\.$/,
    );
  });
});
