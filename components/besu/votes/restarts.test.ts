import { describe, expect, it } from "vitest";
import { type PlannedRestart, restartsText } from "./restarts";

const images = { before: "hyperledger/besu:26.8.1", after: "hyperledger/besu:26.9.0" };
const validator = (region: string, index: number): PlannedRestart => ({
  name: `${region}-validator-${index}`,
  region,
  images,
});
const all = { total: 10, present: 10 };

describe("the restarts of a preview", () => {
  it("are told with the old and the new image, the order, how many at once, and what is left of the quorum", () => {
    const restarts = ["westeurope", "eastus"].flatMap((region) =>
      [0, 1].map((index) => validator(region, index)),
    );
    expect(restartsText(restarts, all, ["eastus", "westeurope", "onprem"])).toBe(
      "will restart: 4 validators (hyperledger/besu:26.9.0 in place of hyperledger/besu:26.8.1); one at a time, each when the " +
        "one before is ready, in the order eastus, westeurope. Meanwhile 9 of 10 votes remain, and 7 make the quorum: 2 more " +
        "may fail.",
    );
  });

  it("are several at once in a large network", () => {
    expect(restartsText([validator("a", 0)], { total: 48, present: 48 }, ["a"])).toContain(
      "8 at a time, each when the one before is ready, in the order a. Meanwhile 40 of 48 votes remain, and 32 make the quorum: 8 more may fail.",
    );
  });

  it("include the Kubernetes nodes on which validators run", () => {
    const text = restartsText([{ name: "eastus-aks", region: "eastus" }], all, ["eastus"]);
    expect(text).toContain(
      "will restart: the validators of eastus-aks, whose Kubernetes nodes are updated; one at a time",
    );
  });

  it("are impossible where not a single validator may be down, and none where nothing restarts", () => {
    expect(restartsText([validator("a", 0)], { total: 10, present: 7 }, ["a"])).toContain(
      "none may: the chain would stop while a single one restarts, and up refuses the update. 7 of 10 votes remain, and 7 make the quorum.",
    );
    expect(restartsText([], all, ["a"])).toBeUndefined();
  });
});
