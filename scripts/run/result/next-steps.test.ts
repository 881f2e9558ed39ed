import { expect, it } from "vitest";
import { nextSteps, type Situation } from "./next-steps";

const contracts = [
  ...[{ chain: "chain138", contracts: 1, verified: 1, notVerified: 0, deployed: 1, adopted: 0, failed: 0 }],
];
const situation: Situation = {
  summary: { stack: "dev", mode: "up", result: "succeeded", contracts },
  endpoints: [{ name: "chain138", url: "http://127.0.0.1:4000" }],
  ...{ chainfleet: "local/run bin/chainfleet", hasMake: true, file: "Pulumi.dev.yaml" },
};

it("says after make up where the RPC is, how the contracts are listed, and how to change and delete everything", () => {
  const lines = nextSteps(situation).join("\n");
  expect(lines).toContain("chain138 http://127.0.0.1:4000");
  expect(lines).toContain("local/run bin/chainfleet contracts list --stack dev");
  expect(lines).toContain("edit Pulumi.dev.yaml, look at it with make preview, then make up");
  expect(lines).toContain("make down");
});

it("names no make where there is none, and no contracts where there are none", () => {
  const summary = { ...situation.summary, stack: "azure", contracts: [] };
  const lines = nextSteps({ ...situation, summary, chainfleet: "bin/chainfleet", hasMake: false }).join("\n");
  expect(lines).not.toMatch(/make|contracts/);
  expect(lines).toContain("bin/chainfleet down --stack azure");
});

it("says after an interruption or a failure which command goes on, and nothing after a deletion", () => {
  const after = (result: "failed" | "cancelled" | "succeeded", mode: "up" | "destroy") =>
    nextSteps({ ...situation, summary: { ...situation.summary, result, mode } });
  expect(after("cancelled", "up")).toEqual([expect.stringMatching(/^Run make up again/)]);
  expect(after("cancelled", "destroy")).toEqual([expect.stringMatching(/^Run make down again/)]);
  expect(after("failed", "up")).toEqual([
    expect.stringMatching(/run make up again.*: local\/run bin\/chainfleet retry --stack dev$/),
  ]);
  expect(after("failed", "destroy")).toEqual([expect.stringMatching(/run make down again/)]);
  expect(after("succeeded", "destroy")).toEqual([]);
});
