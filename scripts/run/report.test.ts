import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { report } from "./report";
import { type RunFacts, summarize } from "./summary";

const facts: RunFacts = {
  ...{ stack: "dev", mode: "up", result: "succeeded", seconds: 1 },
  ...{ events: [], regions: [], resources: [] },
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
});
