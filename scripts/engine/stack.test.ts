import { hostname } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { EngineFailure } from "./command";
import { lockHolder, withLock } from "./stack";

/** The CLI's output about a stack that a process has locked. */
const lockedBy = (process: string) =>
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
  `  file:///state/.pulumi/locks/organization/chainfleet/dev/1.json: created by ada@${process} at 2026-11-21T01:00:00Z`;

describe("the holder of a stack's lock", () => {
  it("is the process that the CLI's output names", () => {
    expect(lockHolder(lockedBy("engine-room (pid 4711)"))).toEqual({ host: "engine-room", pid: 4711 });
  });

  it("is undefined if the output is not about a lock", () => {
    expect(lockHolder("error: failed to decrypt: incorrect passphrase")).toBeUndefined();
  });
});

describe("an operation on a stack that may be locked", () => {
  const failure = (stderr: string) => new EngineFailure("up", { stdout: "", stderr, code: 255 }, null);
  const run = async (...failures: readonly Error[]) => {
    const stack = { name: "dev", cancel: vi.fn(async () => undefined) };
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

  it.each([failure("error: update failed"), new TypeError("fetch failed"), new Error("a fault")])(
    "fails with the operation's own error if the error is not about a lock: %s",
    async (error) => {
      const { result, attempts } = await run(error);
      expect(result).toBe(error);
      expect(attempts).toBe(1);
    },
  );
});
