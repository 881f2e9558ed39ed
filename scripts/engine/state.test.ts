import type { Stack } from "@pulumi/pulumi/automation";
import { expect, it, vi } from "vitest";
import { type EngineCommand, EngineFailure } from "./command";
import { readState } from "./state";

const stack = { name: "dev", workspace: { workDir: "/project", envVars: {} } } as unknown as Stack;
const failure = (stderr: string) => new EngineFailure("stack", { stdout: "", stderr, code: 1 }, null);
const HALF_WRITTEN = "error: failed to load checkpoint: EOF\n";

/** A CLI that fails so often. */
function commandThatFails(times: number, stderr: string) {
  const run = vi.fn(async () => {
    if (run.mock.calls.length <= times) {
      throw failure(stderr);
    }
    return { stdout: '{"deployment":{"resources":[]}}', stderr: "", code: 0 };
  });
  return { run, command: { run } as unknown as EngineCommand };
}

it("a state that another process is writing is read again", async () => {
  const { run, command } = commandThatFails(2, HALF_WRITTEN);
  expect(await readState(stack, command)).toEqual({ resources: [] });
  expect(run).toHaveBeenCalledTimes(3);
});

it("a state that stays half written is an error that says which file to delete", async () => {
  vi.useFakeTimers();
  try {
    const { command } = commandThatFails(1000, HALF_WRITTEN);
    const reading = expect(readState(stack, command)).rejects.toMatchObject({
      code: "STATE_HALF_WRITTEN",
      message: expect.stringContaining(".json.attrs"),
    });
    await vi.runAllTimersAsync();
    await reading;
  } finally {
    vi.useRealTimers();
  }
});

it("any other failure of reading a state is not repeated", async () => {
  const { run, command } = commandThatFails(1, "error: failed to load checkpoint: permission denied\n");
  await expect(readState(stack, command)).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  expect(run).toHaveBeenCalledOnce();
});
