import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRun, resultsToKeep, withoutResultsOf, withUnchangedInputs } from "./plan";
import type { FileHashes, KeptResults, Task } from "./task";

const FILES = ["a.ts", "b.ts", "c.sol", "d.yaml", "e.md"];
const hashes: fc.Arbitrary<FileHashes> = fc
  .dictionary(fc.constantFrom(...FILES), fc.constantFrom("1", "2", "3"))
  .map((files) => new Map(Object.entries(files)));
const tasks: fc.Arbitrary<Task[]> = fc
  .array(fc.dictionary(fc.constantFrom("p", "q", "r"), fc.record({ files: fc.subarray(FILES) })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) =>
    all.map((parts, index) => ({
      name: `t${index}`,
      stage: "testing" as const,
      after: [],
      parts: new Map(Object.entries(parts)),
    })),
  );
const NOTHING: KeptResults = new Map();

/** The results after a run in which every affected part succeeded. */
function afterSuccess(all: readonly Task[], files: FileHashes, kept: KeptResults = NOTHING): KeptResults {
  const plan = planRun(all, files, kept);
  return resultsToKeep(plan, new Map(plan.map(({ task, affected }) => [task.name, affected])));
}

describe("the plan of a run", () => {
  it("works on everything the first time, and on nothing if nothing has changed since", () => {
    fc.assert(
      fc.property(tasks, hashes, (all, files) => {
        for (const { task, affected } of planRun(all, files, NOTHING)) {
          expect(affected).toEqual([...task.parts.keys()]);
        }
        for (const { affected } of planRun(all, files, afterSuccess(all, files))) {
          expect(affected).toEqual([]);
        }
      }),
    );
  });

  it("works on exactly the parts that have a changed, new or deleted input", () => {
    fc.assert(
      fc.property(tasks, hashes, hashes, (all, before, now) => {
        const changed = FILES.filter((file) => before.get(file) !== now.get(file));
        for (const { task, affected } of planRun(all, now, afterSuccess(all, before))) {
          const expected = [...task.parts].filter(([, { files }]) =>
            files.some((file) => changed.includes(file)),
          );
          expect(affected).toEqual(expected.map(([part]) => part));
        }
      }),
    );
  });

  it("works on a part again until the part has succeeded, and keeps what was not touched", () => {
    fc.assert(
      fc.property(tasks, hashes, hashes, (all, before, now) => {
        const kept = afterSuccess(all, before);
        const plan = planRun(all, now, kept);
        const failed = resultsToKeep(plan, new Map());
        expect(planRun(all, now, failed).map(({ affected }) => affected)).toEqual(
          plan.map(({ affected }) => affected),
        );
      }),
    );
  });

  it("works again on a part whose inputs were edited during the run", () => {
    fc.assert(
      fc.property(tasks, hashes, hashes, (all, before, edited) => {
        const plan = planRun(all, before, NOTHING);
        const succeeded = new Map(plan.map(({ task, affected }) => [task.name, affected]));
        const kept = resultsToKeep(plan, withUnchangedInputs(plan, succeeded, edited));
        const changed = FILES.filter((file) => before.get(file) !== edited.get(file));
        // Back to the files from before the edit: what was edited meanwhile is not trusted.
        for (const { task, affected } of planRun(all, before, kept)) {
          const expected = [...task.parts].filter(([, { files }]) =>
            files.some((file) => changed.includes(file)),
          );
          expect(affected).toEqual(expected.map(([part]) => part));
        }
      }),
    );
  });

  it("can take some files for changed, whatever they contain", () => {
    fc.assert(
      fc.property(tasks, hashes, fc.subarray(FILES), (all, files, changed) => {
        const kept = withoutResultsOf(all, changed, afterSuccess(all, files));
        for (const { task, affected } of planRun(all, files, kept)) {
          const expected = [...task.parts].filter(([, { files }]) =>
            files.some((file) => changed.includes(file)),
          );
          expect(affected).toEqual(expected.map(([part]) => part));
        }
      }),
    );
  });

  it("works on what lasts only for the run exactly if a task directly after it is worked on, and keeps no result of it", () => {
    fc.assert(
      fc.property(tasks, hashes, hashes, fc.boolean(), (all, before, now, isNeeded) => {
        const room: Task = {
          ...{ name: "room", stage: "cleanroom-setup", after: [], lasts: "run" },
          parts: new Map([["one", { files: [] }]]),
        };
        const [first, ...others] = all;
        const withRoom = [
          room,
          ...(first === undefined ? [] : [{ ...first, after: isNeeded ? ["room"] : [] }]),
          ...others,
        ];
        const kept = afterSuccess(withRoom, before);
        expect(kept.get("room")).toEqual(new Map());
        const plan = planRun(withRoom, now, kept);
        const affected = new Map(plan.map((planned) => [planned.task.name, planned.affected]));
        const worksOnFirst = (affected.get(first?.name ?? "") ?? []).length > 0;
        expect(affected.get("room")).toEqual(isNeeded && worksOnFirst ? ["one"] : []);
      }),
    );
  });

  it("takes inputs that are no files, and new inputs of a part, for changes", () => {
    const part = (files: readonly string[], values: readonly string[]): Task[] => [
      { name: "t", stage: "testing", after: [], parts: new Map([["p", { files, values }]]) },
    ];
    const files = new Map([["a.ts", "1"]]);
    const kept = afterSuccess(part(["a.ts"], ["node 20"]), files);
    expect(planRun(part(["a.ts"], ["node 20"]), files, kept)[0]?.affected).toEqual([]);
    expect(planRun(part(["a.ts"], ["node 22"]), files, kept)[0]?.affected).toEqual(["p"]);
    expect(planRun(part(["a.ts", "b.ts"], ["node 20"]), files, kept)[0]?.affected).toEqual(["p"]);
  });
});
