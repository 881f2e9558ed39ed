import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { describe, expect, it, vi } from "vitest";
import { EngineFailure } from "./command";
import { engineChanging, lockIn, RUN_AGENT, withLock } from "./lock";

/** The CLI's output about a stack that a process has locked. */
const lockedBy = (process: string) =>
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
  `  file:///state/.pulumi/locks/organization/chainfleet/dev/1.json: created by ada@${process} at 2026-11-21T01:00:00Z`;

describe("the holder of a stack's lock", () => {
  it("is the process that the CLI's output names", () => {
    expect(lockIn(lockedBy("engine-room (pid 4711)"))).toMatchObject({ host: "engine-room", pid: 4711 });
  });

  it("is undefined if the output is not about a lock", () => {
    expect(lockIn("error: failed to decrypt: incorrect passphrase")).toBeUndefined();
  });
});

describe("the engine that changes a stack", () => {
  it("is found by its arguments", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "chainfleet-lock-"));
    // Node runs the script "up", so that the arguments of its process are those of the CLI.
    writeFileSync(join(cwd, "up"), "console.log(); setInterval(() => {}, 60_000)");
    const engine = spawn(process.execPath, ["up", "--stack", "dev-42"], { cwd, argv0: "pulumi" });
    try {
      await once(engine.stdout, "data");
      expect(engineChanging("dev-42")).toBe(engine.pid);
      expect(engineChanging("dev-4")).toBeUndefined();
    } finally {
      engine.kill();
      rmSync(cwd, { recursive: true });
    }
  });
});

describe("an operation on a stack that may be locked", () => {
  const failure = (stderr: string) => new EngineFailure("up", { stdout: "", stderr, code: 255 }, null);
  const run = (...failures: readonly Error[]) => runInPulumiCloud([], ...failures);
  const runInPulumiCloud = async (history: readonly object[], ...failures: readonly Error[]) => {
    const stack = {
      name: "dev",
      cancel: vi.fn(async () => undefined),
      history: async () => history as UpdateSummary[],
    };
    const lines: string[] = [];
    const operation = vi.fn(async () => "done");
    for (const error of failures) {
      operation.mockRejectedValueOnce(error);
    }
    const result = await withLock(stack, (line) => lines.push(line), operation).catch((error) => error);
    return {
      result,
      lines,
      cancelled: stack.cancel.mock.calls.length,
      attempts: operation.mock.calls.length,
    };
  };
  /** No process has this id: the largest id that Linux gives is 2^22. */
  const deadRun = failure(lockedBy(`${hostname()} (pid 99999999)`));

  it("is repeated after the lock of each killed run was removed", async () => {
    const { result, lines, cancelled, attempts } = await run(deadRun, deadRun);
    expect([result, cancelled, attempts]).toEqual(["done", 2, 3]);
    expect(lines[0]).toMatch(/process 99999999.*was killed/);
  });

  it("fails if a run on another machine holds the lock, and leaves the lock alone", async () => {
    const { result, cancelled, attempts } = await run(failure(lockedBy("engine-room (pid 4711)")));
    expect([result.code, cancelled, attempts]).toEqual(["STACK_LOCKED", 0, 1]);
    expect(result.summary).toContain("process 4711 on engine-room");
  });

  describe("of Pulumi Cloud", () => {
    const conflict = failure(
      "error: [409] Conflict: Another update is currently in progress.\n" +
        "To learn more about possible reasons and resolution, visit https://www.pulumi.com/docs/support/troubleshooting/common-issues/update-conflicts/",
    );
    const update = (agent: string, result = "in-progress") => ({
      result,
      environment: { "exec.agent": agent },
    });

    it("is repeated after the lock of a killed run of this machine was removed", async () => {
      // The name of this very run, whose engine does not run.
      const { result, lines, cancelled } = await runInPulumiCloud([update(RUN_AGENT)], conflict);
      expect([result, cancelled]).toEqual(["done", 1]);
      expect(lines[0]).toMatch(new RegExp(`process ${process.pid}.*was killed`));
    });

    it.each([
      ["a run on another machine", [update("chainfleet/engine-room/4711/1")], /process 4711 on engine-room/],
      ["Pulumi Deployments", [update("pulumi/deployments")], /somebody else, or in Pulumi Deployments/],
      ["an update that the history does not have yet", [], /somebody else/],
    ])("fails if the lock is held by %s, and leaves the lock alone", async (_, history, summary) => {
      const { result, cancelled } = await runInPulumiCloud(history, conflict);
      expect([result.code, cancelled]).toEqual(["STACK_LOCKED", 0]);
      expect(result.summary).toMatch(summary);
      expect(result.next).toContain("pulumi cancel --stack dev");
    });
  });

  it.each([failure("error: update failed"), new TypeError("fetch failed"), new Error("a fault")])(
    "fails with the operation's own error if the error is not about a lock: %s",
    async (error) => {
      const { result, attempts } = await run(error);
      expect(result).toBe(error);
      expect(attempts).toBe(1);
    },
  );
});
