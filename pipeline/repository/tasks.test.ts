import { beforeAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { planRun } from "../graph/plan";
import type { FileHashes } from "../graph/task";
import { overlappingPairs } from "../graph/task-graph";
import { fileHashes } from "../run/file-hashes";
import { type RepositoryTask, repositoryTasks } from "./tasks";

let files: FileHashes;
let tasks: readonly RepositoryTask[];
beforeAll(() => {
  files = fileHashes(PROJECT_ROOT);
  tasks = repositoryTasks({ root: PROJECT_ROOT, generated: "generated" }, files);
});

/** What is worked on if a file of this repository changes after a run in which everything has succeeded. */
function affectedBy(path: string): Record<string, readonly string[]> {
  const kept = new Map(
    planRun(tasks, files, new Map()).map(({ task, fingerprints }) => [task.name, fingerprints]),
  );
  expect([...files.keys()], "the file exists").toContain(path);
  const plan = planRun(tasks, new Map([...files, [path, "changed"]]), kept);
  return Object.fromEntries(
    plan.filter(({ affected }) => affected.length > 0).map(({ task, affected }) => [task.name, affected]),
  );
}

describe("a change in this repository", () => {
  it("in one contract: its build, the contract tests that import the contract, the stacks with contracts", () => {
    expect(affectedBy("contracts/src/oracle/OracleProxy.sol")).toMatchObject({
      contracts: ["all"],
      "contract-tests": ["contracts/test/Oracle.t.sol"],
      preview: ["dev"],
      policies: ["dev"],
    });
  });

  it("in a contract that the small network has: also its deployment, and in another one not", () => {
    expect(affectedBy("contracts/src/token/WETH9.sol")).toMatchObject({
      cleanroom: ["dev"],
      deployment: ["dev"],
    });
    expect(affectedBy("contracts/src/oracle/OracleProxy.sol")).not.toHaveProperty("deployment");
  });

  it("in one region: the genesis, the check and the preview of its stack, and the tests that read stacks", () => {
    const { "unit-tests": tests, ...others } = affectedBy("Pulumi.azure-24.yaml");
    expect(others).toEqual({
      templates: ["azure-24"],
      "stack-files": ["azure-24"],
      genesis: ["azure-24"],
      config: ["azure-24"],
      preview: ["azure-24"],
      policies: ["azure-24"],
    });
    expect(tests).toEqual(
      expect.arrayContaining(["docs/config-schema.test.ts", "stacks/config/example-stacks.test.ts"]),
    );
    expect(tests?.length).toBeLessThan(10);
  });

  it("in one document: only the test of what documents show", () => {
    // In two parts, because a module that names a file depends on the file.
    expect(affectedBy(["docs", "keys.md"].join("/"))).toEqual({ "unit-tests": ["docs/commands.test.ts"] });
  });

  it("in one module of a component: its tests, its program's previews and the types, and no contract", () => {
    const { "unit-tests": tests = [], ...others } = affectedBy("components/besu/quorum.ts");
    expect(Object.keys(others)).toEqual([
      "cleanroom",
      "types",
      "config",
      "deployment",
      "preview",
      "policies",
    ]);
    expect(tests).toContain("stacks/config/example-stacks.test.ts");
    expect(tests).not.toContain("components/contracts/lane/plan.test.ts");
  });

  it("in the command: a deployment in a cleanroom, and none if it is only in its pipeline", () => {
    expect(affectedBy("scripts/run/run-engine.ts")).toMatchObject({
      cleanroom: ["dev"],
      deployment: ["dev"],
    });
    expect(affectedBy("scripts/pipeline/summary.ts")).not.toHaveProperty("cleanroom");
  });

  it("in the packages: everything", () => {
    const affected = affectedBy("package-lock.json");
    for (const { name, parts } of tasks) {
      expect(affected[name], name).toEqual([...parts.keys()]);
    }
  });
});

describe("the tasks of this repository", () => {
  it("overlap except where one needs what another has made", () => {
    const count = tasks.length;
    expect(overlappingPairs(tasks)).toHaveLength((count * (count - 1)) / 2 - 5);
  });
});
