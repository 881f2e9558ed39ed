import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { report } from "./report";
import { type RegionSummary, type RunFacts, type Summary, summarize } from "./summary";

const facts: RunFacts = {
  ...{ stack: "dev", mode: "up", result: "succeeded", seconds: 1 },
  ...{ startedAt: 0, events: [], regions: [], before: [], resources: [], waits: [], simulated: false },
};
const reported = (path: { urn: string; seconds: number }[]) =>
  stripVTControlCharacters(
    report({ ...summarize(facts), criticalPath: path, criticalPathSeconds: 0.4 }, "runs/1"),
  );
const urn = (name: string) => `urn:pulumi:dev::chainfleet::type::${name}`;

describe("the report of a run", () => {
  it("names the resources of the critical path that took at least 0.1 s, and omits the line if there are none", () => {
    expect(reported([])).not.toContain("critical path");
    expect(reported([{ urn: urn("a"), seconds: 0.05 }])).not.toContain("critical path");
    expect(
      reported([
        { urn: urn("a"), seconds: 0.05 },
        { urn: urn("b"), seconds: 0.3 },
      ]),
    ).toContain("critical path 0.4 s: b 0.3\n");
  });

  it("says of a run on the local target that it was simulated", () => {
    const result = (simulated: boolean) =>
      stripVTControlCharacters(report(summarize({ ...facts, simulated }), "runs/1"));
    expect(result(true)).toContain("simulated: succeeded in 1.0 s");
    expect(result(false)).not.toContain("simulated");
  });

  const region = (name: string, result: RegionSummary["result"]) => ({
    ...{ name, cloud: "azure", validators: 2, result, seconds: 1 },
  });
  const text = (summary: Partial<Summary>) =>
    stripVTControlCharacters(report({ ...summarize(facts), ...summary }, "runs/1"));

  it("of a run that failed before it began has no table, and says that nothing was changed", () => {
    const regions = [region("eastus", "not-begun"), region("westeurope", "not-begun")];
    const failed = text({ result: "failed", regions, errors: ["unknown key chainfleet:regoins"] });
    expect(failed).not.toContain("eastus");
    expect(failed).not.toContain("succeeded");
    expect(failed).toContain("failed in 1.0 s: nothing was changed");
  });

  it("of an interrupted run says what is done and what was interrupted", () => {
    const interrupted = text({
      result: "cancelled",
      regions: [region("eastus", "succeeded"), region("westeurope", "cancelled")],
    });
    expect(interrupted).toMatch(/eastus .* done /);
    expect(interrupted).toMatch(/westeurope .* interrupted /);
    expect(interrupted).toContain("interrupted in 1.0 s");
    expect(interrupted).not.toMatch(/failed|cancelled|succeeded/);
  });

  it("counts what the run did with the contracts", () => {
    const counts = { chain: "chain138", contracts: 10, verified: 8, notVerified: 1 };
    expect(text({ contracts: [{ ...counts, deployed: 9, adopted: 0, failed: 1 }] })).toContain(
      "chain138: 10 contracts, 9 deployed, 1 failed, 8 verified, 1 not\n",
    );
    expect(text({ contracts: [{ ...counts, deployed: 0, adopted: 2, failed: 0 }] })).toContain(
      "chain138: 10 contracts, 2 there before, 8 verified, 1 not\n",
    );
  });
});
