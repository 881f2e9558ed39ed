import { hostname } from "node:os";
import { expect, it } from "vitest";
import { EngineFailure } from "../engine/command";
import { RUN_AGENT } from "../engine/lock";
import { type EngineRun, runEngine } from "./run-engine";

it.each(["up", "destroy"] as const)(
  "the engine of %s runs under the name by which a later run recognizes the holder of its lock",
  async (mode) => {
    const agents: (string | undefined)[] = [];
    const operation = async ({ userAgent }: { readonly userAgent?: string }) => {
      agents.push(userAgent);
    };
    const run = {
      mode,
      stack: { name: "dev", up: operation, destroy: operation },
      parallel: 1,
      record: { events: [] },
      progress: {},
      isCancelled: () => false,
    } as unknown as EngineRun;
    expect(await runEngine(run)).toBeUndefined();
    expect(agents).toEqual([RUN_AGENT]);
  },
);

it("a run that another run held up says that the state it has read is old; a run that nobody held up does not", async () => {
  // No process has the largest process id of Linux: the lock's holder was killed.
  const locked = `locks/dev/1.json: created by ada@${hostname()} (pid 4194304) at 2026-11-30T01:00:00Z`;
  const failures = [new EngineFailure("up", { code: 255, stdout: "", stderr: locked }, null)];
  let ended = 0;
  const run = {
    mode: "up",
    stack: {
      name: "dev",
      up: async () => {
        const failure = failures.pop();
        if (failure !== undefined) {
          throw failure;
        }
      },
      cancel: async () => {},
    },
    parallel: 1,
    record: { events: [] },
    progress: { say: () => {} },
    isCancelled: () => false,
    onOtherRunEnded: () => {
      ended += 1;
    },
  } as unknown as EngineRun;
  expect(await runEngine(run)).toBeUndefined();
  expect(ended).toBe(1);
  expect(await runEngine(run)).toBeUndefined();
  expect(ended).toBe(1);
});
