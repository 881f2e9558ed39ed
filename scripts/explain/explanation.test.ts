import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { exampleRun } from "../../test/support/example-run";
import { explain } from "./explanation";
import { explanationText } from "./words";

const explanation = explain({ run: "1", ...exampleRun(["eastus", "westeurope", "southeastasia"]) });

describe("the explanation of a run", () => {
  it("has the critical path with the waits inside, and adds up to the run's time", () => {
    const { criticalPath, criticalPathSeconds, parts, seconds } = explanation;
    expect(criticalPath.map(({ name }) => name)).toEqual(
      ["group", "network", "subnet-0", "subnet-1", "role-1", "aks", "pool", "rpc"].map(
        (name) => `westeurope-${name}`,
      ),
    );
    expect(criticalPath.reduce((sum, link) => sum + link.seconds, 0)).toBeCloseTo(criticalPathSeconds, 2);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(seconds, 2);
    expect(criticalPath.find(({ name }) => name === "westeurope-aks")).toMatchObject({
      group: "westeurope",
      waitedSeconds: 1.2,
      waits: [{ kind: "throttle" }],
    });
  });

  it("says by how much an operation can shrink before another region's chain is the critical path", () => {
    const cluster = explanation.criticalPath.find(({ name }) => name === "westeurope-aks");
    const { seconds } = explanation.independentChain;
    expect(cluster?.gainSeconds).toBeCloseTo(explanation.criticalPathSeconds - seconds, 2);
    expect(cluster?.nextLongest?.name).toBe("southeastasia-aks");
    expect(explanation.independentChain.operations.every(({ group }) => group === "southeastasia")).toBe(
      true,
    );
  });

  it("is told in words", () => {
    const text = stripVTControlCharacters(explanationText(explanation));
    expect(text).toContain("up of the stack dev succeeded in");
    expect(text).toMatch(/westeurope-aks .*1\.2 s \(throttle: PUT managedClusters/);
    expect(text).toContain("after which another chain is the critical path, with southeastasia-aks");
    expect(text).toContain("before the engine");
    expect(text).not.toMatch(/undefined|NaN/);
  });

  it("says that a run changed nothing", () => {
    const { summary } = exampleRun([]);
    const nothing = explain({
      run: "2",
      summary: { ...summary, criticalPath: [], criticalPathSeconds: 0, ratio: 0 },
      recorded: { startedAt: 0, groups: [], steps: [] },
      waits: [],
    });
    expect(explanationText(nothing)).toContain("The run changed nothing");
  });
});
