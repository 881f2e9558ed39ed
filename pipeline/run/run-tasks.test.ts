import { describe, expect, it } from "vitest";
import { planRun } from "../graph/plan";
import type { Task } from "../graph/task";
import { type Job, JobUnavailable } from "./job";
import { runTasks, type TaskEvent } from "./run-tasks";

function task(name: string, after: readonly string[] = [], parts: readonly string[] = ["all"]): Task {
  return {
    name,
    after,
    stage: "testing",
    parts: new Map(parts.map((part) => [part, { files: [`${name}-${part}`] }])),
  };
}

/** Runs tasks with jobs that the test ends by hand. */
function runByHand(tasks: readonly Task[], kept: Parameters<typeof planRun>[2] = new Map()) {
  const controller = new AbortController();
  const events: TaskEvent[] = [];
  const open = new Map<
    string,
    { end: (failed?: readonly string[]) => void; fail: (error: unknown) => void }
  >();
  const jobOf =
    (name: string): Job =>
    (_, { signal }) =>
      new Promise((resolve, reject) => {
        open.set(name, {
          end: (failed = []) => resolve({ failed: new Map(failed.map((part) => [part, "broken"])) }),
          fail: reject,
        });
        signal.addEventListener("abort", () => reject(new Error("stopped")));
      });
  let clock = 0;
  const outcomes = runTasks({
    plan: planRun(tasks, new Map(), kept),
    jobs: new Map(tasks.map(({ name }) => [name, jobOf(name)])),
    contextOf: () => ({ signal: controller.signal, log: "unused" }),
    signal: controller.signal,
    onEvent: (event) => events.push(event),
    now: () => clock++,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const job = (name: string) => {
    const found = open.get(name);
    if (found === undefined) throw new Error(`${name} does not run`);
    open.delete(name);
    return found;
  };
  return { outcomes, events, running: () => [...open.keys()], job, settle, stop: () => controller.abort() };
}

describe("a run of tasks", () => {
  const diamond = [task("build"), task("types"), task("test", ["build"]), task("report", ["test", "types"])];

  it("starts each task when its predecessors are done, and not before", async () => {
    const run = runByHand(diamond);
    await run.settle();
    expect(run.running()).toEqual(["build", "types"]);
    run.job("build").end();
    await run.settle();
    expect(run.running()).toEqual(["types", "test"]);
    run.job("types").end();
    await run.settle();
    expect(run.running()).toEqual(["test"]);
    run.job("test").end();
    await run.settle();
    run.job("report").end();
    expect((await run.outcomes).map(({ name, result }) => `${name} ${result}`)).toEqual([
      "build succeeded",
      "types succeeded",
      "test succeeded",
      "report succeeded",
    ]);
  });

  it("goes on with what does not depend on a failure", async () => {
    const run = runByHand(diamond);
    await run.settle();
    run.job("build").fail(new Error("no compiler"));
    await run.settle();
    expect(run.running()).toEqual(["types"]);
    run.job("types").end();
    const outcomes = await run.outcomes;
    expect(outcomes.map(({ result }) => result)).toEqual(["failed", "succeeded", "skipped", "skipped"]);
    expect(outcomes[0]?.failures).toEqual(new Map([["", "no compiler"]]));
  });

  it("skips what this machine cannot do, with what depends on it, and says why", async () => {
    const run = runByHand(diamond);
    await run.settle();
    run.job("build").fail(new JobUnavailable("There is no compiler. To install it: …"));
    run.job("types").end();
    const outcomes = await run.outcomes;
    expect(outcomes.map(({ result }) => result)).toEqual(["skipped", "succeeded", "skipped", "skipped"]);
    expect(outcomes.map(({ unavailable }) => unavailable)).toEqual([
      "There is no compiler. To install it: …",
      ...[undefined, undefined, undefined],
    ]);
    expect(outcomes[0]?.failures.size).toBe(0);
  });

  it("keeps the parts that succeeded beside one that failed", async () => {
    const run = runByHand([task("test", [], ["a", "b"])]);
    await run.settle();
    run.job("test").end(["a"]);
    const [outcome] = await run.outcomes;
    expect(outcome).toMatchObject({
      result: "failed",
      succeeded: ["b"],
      failures: new Map([["a", "broken"]]),
    });
  });

  it("does nothing for a task whose parts are unchanged", async () => {
    const kept = new Map(
      planRun(diamond, new Map(), new Map()).map(({ task, fingerprints }) => [task.name, fingerprints]),
    );
    const run = runByHand(diamond, kept);
    expect((await run.outcomes).map(({ result }) => result)).toEqual(Array(4).fill("unchanged"));
    expect(run.events.some(({ kind }) => kind === "started")).toBe(false);
  });

  it("starts nothing more when it is stopped", async () => {
    const run = runByHand(diamond);
    await run.settle();
    run.stop();
    expect((await run.outcomes).map(({ result }) => result)).toEqual(Array(4).fill("stopped"));
    expect(run.events.filter(({ kind }) => kind === "started")).toHaveLength(2);
  });
});
